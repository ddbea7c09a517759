import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { Installation, type ScanAnswer } from '../installation';

jest.setTimeout(180_000);

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const inBrowser = CHROMIUM === undefined ? describe.skip : describe;

const PROFILE = `name: small
version: "7"
settleSeconds: 0
rules:
  - rule: size
    max: 100
    code: too-heavy
`;
const HOSTILE = [
  '</script><script>document.title = 1<',
  '<img src=x onerror=document.title=1>.txt',
  'a\u202egpj.txt',
  'two\nlines.txt',
  '=1+1.txt',
];

inBrowser(
  CHROMIUM === undefined
    ? 'the report as a page (skipped: there is no Chromium on this machine)'
    : 'the report as a page, in Chromium',
  () => {
    let installation: Installation;
    let browser: Browser;
    let page: Page;
    let scan: ScanAnswer;
    const asked: string[] = [];
    const complaints: string[] = [];
    beforeAll(async () => {
      installation = await Installation.make({ profiles: { 'small.yaml': PROFILE } });
      for (let count = 0; count < 240; count += 1)
        installation.write(`incoming/f${count}.txt`, 'x'.repeat(count < 7 ? 1000 + count : 10));
      mkdirSync(join(installation.root, 'incoming/odd'));
      for (const name of HOSTILE) installation.write(`incoming/odd/${name.replaceAll('/', '\u2044')}`, 'x');
      writeFileSync(Buffer.concat([Buffer.from(join(installation.root, 'incoming/caf')), Buffer.from([0xe9])]), 'x');
      await installation.start({ subscribers: 1 });
      scan = await installation.finished((await installation.scan({ directory: 'incoming', profile: 'small' })).id);
      browser = await chromium.launch({
        executablePath: CHROMIUM as string,
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
      });
      page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      page.on('request', (request) => asked.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${installation.api.url}/v1/scans/${scan.id}/report?format=html`);
    });
    afterAll(async () => {
      await browser?.close();
      await installation?.close();
    });

    const shown = () => page.locator('#shown').textContent();
    const column = (index: number) => page.locator(`#files tr > td:nth-child(${index})`).allTextContents();
    /** Waits until the table has this many rows. */
    const rows = async (count: number): Promise<void> => {
      await page.locator(`#files tr:nth-child(${count})`).waitFor();
      await page.locator(`#files tr:nth-child(${count + 1})`).waitFor({ state: 'detached' });
    };
    const sortBy = (title: string) => page.locator('#columns-row button', { hasText: title }).click();

    it('shows summary and files, loads nothing else, and nothing complains', async () => {
      expect(await page.locator('.counts').textContent()).toContain('246found');
      expect(await shown()).toBe('1–100 of 246 files');
      expect(await page.locator('#incomplete').isHidden()).toBe(true);
      expect(asked.filter((url) => !url.endsWith('/favicon.ico'))).toHaveLength(1);
      expect(complaints).toEqual([]);
    });

    it('is sorted by any column, both ways', async () => {
      await sortBy('Size');
      await sortBy('Size');
      expect((await column(8)).slice(0, 3)).toEqual(['1.0 kB', '1.0 kB', '1.0 kB']);
      expect((await column(2))[0]).toBe('f6.txt');
      expect(await page.locator('th[aria-sort="descending"]').textContent()).toBe('Size');
      await sortBy('Path');
      const paths = await column(2);
      expect(paths.indexOf('f2.txt')).toBeLessThan(paths.indexOf('f10.txt'));
    });

    it('is filtered by words, outcome, verdict and finding', async () => {
      await page.fill('#words', 'too-heavy f3');
      await rows(1);
      expect(await column(2)).toEqual(['f3.txt']);
      await page.fill('#words', '');
      await page.selectOption('#outcome', 'quarantined');
      await rows(7);
      await page.selectOption('#outcome', '');
      await page.selectOption('#code', 'too-heavy');
      expect(await shown()).toBe('1–7 of 7 files (246 in all)');
      await page.selectOption('#code', '');
      await page.selectOption('#verdict', 'pass');
      expect(await shown()).toBe('1–100 of 239 files (246 in all)');
      await page.selectOption('#verdict', '');
    });

    it('is read page by page', async () => {
      await page.click('#last');
      expect(await shown()).toBe('201–246 of 246 files');
      expect(await page.locator('#next').isDisabled()).toBe(true);
      await page.click('#previous');
      expect(await page.locator('#page').textContent()).toBe('Page 2 of 3');
      await page.click('#first');
    });

    it('shows hostile names as what they are, and runs none of them', async () => {
      await page.fill('#words', 'odd/');
      await rows(5);
      const paths = await column(2);
      expect(paths).toEqual(
        expect.arrayContaining([
          'odd/<\u2044script><script>document.title = 1<',
          'odd/<img src=x onerror=document.title=1>.txt',
          'odd/aU+202Egpj.txt',
          'odd/twoU+000Alines.txt',
        ]),
      );
      expect(await page.locator('#files img, #files script').count()).toBe(0);
      expect(await page.title()).toMatch(/^Report: /);
    });

    it('tells all of a file when it is opened: findings with their fix, and exact bytes', async () => {
      await page.fill('#words', 'f3.txt');
      await rows(1);
      await page.click('#files button');
      expect(await page.locator('tr.details').textContent()).toContain('too-heavy (must): ');
      await page.fill('#words', 'caf');
      await page.locator('#files td:nth-child(2)', { hasText: 'caf\ufffd' }).waitFor();
      await page.click('#files button');
      const exact = Buffer.concat([Buffer.from('caf'), Buffer.from([0xe9])]).toString('base64');
      expect(await page.locator('tr.details').textContent()).toContain(exact);
      await page.fill('#words', '');
    });

    it('is the same from a file, and says so where it was cut off', async () => {
      const { text } = await installation.api.get<string>(`/v1/scans/${scan.id}/report?format=html`);
      const file = installation.write(join(installation.top, 'saved.html'), text);
      await page.goto(`file://${file}`);
      expect(await shown()).toBe('1–100 of 246 files');
      writeFileSync(file, text.slice(0, text.lastIndexOf('<script type="application/json" class="rows">')));
      await page.goto(`file://${file}`);
      expect(await page.locator('#incomplete').isVisible()).toBe(true);
      expect(complaints).toEqual([]);
    });
  },
);
