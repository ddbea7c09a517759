import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cameraExif, jpeg } from '../../../../test/metadata/made-photos';
import { Exiftool } from './exiftool';
import { exiftoolAvailability, stayOpenCall } from './exiftool-program';

describe('exiftool', () => {
  let folder: string;
  const open: Exiftool[] = [];
  const start = (secondsPerFile = 20): Exiftool => {
    const exiftool = new Exiftool({ secondsPerFile, megabytesPerFile: 256, onWait: () => undefined });
    open.push(exiftool);
    return exiftool;
  };
  const write = (name: string): string => {
    writeFileSync(join(folder, name), jpeg({ exif: cameraExif() }));
    return join(folder, name);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'exiftool-'));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((exiftool) => exiftool.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('is at hand, and says which version', async () => {
    expect(await exiftoolAvailability()).toMatchObject({
      available: true,
      version: expect.stringMatching(/^\d+\.\d+/) as string,
    });
  });

  it('reads files one after the other in one process', async () => {
    const exiftool = start();
    for (const name of ['a.jpg', '-rf b.jpg']) {
      const answer = await exiftool.read(write(name));
      expect(answer).toMatchObject({ kind: 'tags', tags: { 'EXIF:Make': 'Canon', 'EXIF:Orientation': 6 } });
    }
  }, 60_000);

  it('is ended over a file on which it hangs, which costs the next file nothing', async () => {
    const exiftool = start(2);
    const hanging = join(folder, 'hangs.crw');
    execFileSync('mkfifo', [hanging]);
    const answer = await exiftool.read(hanging);
    expect(answer).toMatchObject({ kind: 'problem', problem: { code: 'reader-timeout' } });
    expect(await exiftool.read(write('a.jpg'))).toMatchObject({ kind: 'tags' });
  }, 60_000);

  it('is a problem of the file where Perl is not installed', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      expect(await exiftoolAvailability()).toMatchObject({
        available: false,
        why: expect.stringContaining('Perl') as string,
      });
      const answer = await start().read(write('a.jpg'));
      expect(answer).toMatchObject({ kind: 'problem', problem: { code: 'reader-unavailable' } });
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('ends by itself when the one who started it is gone', async () => {
    const { command, args, environment } = stayOpenCall(60);
    const child = spawn(command, args, { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write('-ver\n-execute\n');
    await once(child.stdout, 'data');
    child.stdin.destroy();
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
  }, 30_000);
});
