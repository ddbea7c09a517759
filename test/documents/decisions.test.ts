import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, read, section, tableRows } from './checkout';

interface Package {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const manifest = JSON.parse(read('package.json')) as Package;
const decisions = readdirSync(join(CHECKOUT, 'docs/adr')).filter((name) => /^\d{4}-/.test(name));
const list = read('docs/adr/0016-how-a-dependency-is-chosen.md');

const licenceOf = (name: string): unknown =>
  (JSON.parse(read(`node_modules/${name}/package.json`)) as { license: unknown }).license;

describe('the decisions', () => {
  it('are numbered from 0001 on, without a gap', () => {
    const expected = decisions.map((_, index) => String(index + 1).padStart(4, '0'));
    expect(decisions.map((name) => name.slice(0, 4))).toEqual(expected);
  });

  it.each(decisions)('%s has its number, a date and a status', (name) => {
    const [title, blank, standing] = read(`docs/adr/${name}`).split('\n');
    expect(title).toMatch(new RegExp(`^# ${name.slice(0, 4)} \\S`));
    expect(blank).toBe('');
    expect(standing).toMatch(/^20\d\d-\d\d-\d\d · (accepted|proposed|replaced by \[\d{4}\]\(\d{4}-[\w-]+\.md\))$/);
  });

  it.each(decisions.filter((name) => !name.startsWith('0016')))('%s is one page', (name) => {
    expect(read(`docs/adr/${name}`).split('\n').length).toBeLessThanOrEqual(60);
  });

  it('are all in the index', () => {
    const linked = [...read('docs/adr/README.md').matchAll(/\((\d{4}-[\w-]+\.md)\)/g)].map(([, file]) => file);
    expect(linked).toEqual(decisions);
  });
});

describe('the list of dependencies', () => {
  it.each([
    ['In the product', Object.keys(manifest.dependencies)],
    ['For building and testing', Object.keys(manifest.devDependencies)],
  ])('%s names each once, with what it does here', (heading, names) => {
    const rows = tableRows(section(list, heading));
    expect(rows.map(([name]) => name).sort()).toEqual(names.map((name) => `\`${name}\``).sort());
    expect(rows.filter(([, , purpose]) => (purpose ?? '') === '')).toEqual([]);
  });

  it('tells the licence of each as the package does', () => {
    const rows = tableRows(list);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(([name, licence]) => [name, licence])).toEqual(
      rows.map(([name]) => [name, licenceOf((name ?? '').replaceAll('`', ''))]),
    );
  });
});
