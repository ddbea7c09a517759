import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation, STORES } from '../installation';
import { expectAccounted } from './accounted';
import { photo } from './photos';

describe.each(STORES)('a delivery with its ledger in %s', (store) => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make({ store });
  });
  afterEach(() => installation.close());

  it('of every kind of name and file ends with each file where its row says', async () => {
    // Root may read everything; without these capabilities it is subject to permissions like everybody.
    await installation.start({ subscribers: 2, confined: true });
    const write = (name: string | Buffer, contents: string | Buffer): void => {
      mkdirSync(join(installation.root, 'in'), { recursive: true });
      writeFileSync(Buffer.concat([Buffer.from(join(installation.root, 'in/')), Buffer.from(name)]), contents);
    };
    const names = [
      'plain.jpg',
      'with spaces .jpg',
      `quotes ' " \`.jpg`,
      'new\nline.jpg',
      'tab\tand\\backslash.jpg',
      '😀 emoji.jpg',
      'é.jpg',
      'e\u0301.jpg',
      '-rf.jpg',
      '$(touch x).jpg',
      '{{ name }}.jpg',
      '%00.jpg',
      '.hidden.jpg',
      `${'long-'.repeat(49)}x.jpg`,
    ];
    for (const name of names) write(name, await photo({ seed: name }));
    write(Buffer.from('latin-\xe9.jpg', 'latin1'), await photo({ seed: 'latin' }));
    write(Buffer.from('bytes-\xff\xfe.jpg', 'latin1'), await photo({ seed: 'bytes' }));
    write('empty.jpg', '');
    write('truncated.jpg', (await photo({ seed: 't' })).subarray(0, 200));
    write('text.jpg', 'this is no image');
    symlinkSync('plain.jpg', join(installation.root, 'in/link-in.jpg'));
    symlinkSync('/etc/passwd', join(installation.root, 'in/link-out.jpg'));
    symlinkSync('..', join(installation.root, 'in/link-up'));
    execFileSync('mkfifo', [join(installation.root, 'in/fifo.jpg')]);
    write('unreadable.jpg', await photo({ seed: 'u' }));
    chmodSync(join(installation.root, 'in/unreadable.jpg'), 0);
    mkdirSync(join(installation.root, 'in/unlistable'));
    writeFileSync(join(installation.root, 'in/unlistable/never seen.jpg'), 'x');
    const before = installation.tree('in');
    delete before['unlistable/never seen.jpg'];
    chmodSync(join(installation.root, 'in/unlistable'), 0);

    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    const { rows } = await expectAccounted(installation, id, before);
    const ended = Object.fromEntries([...rows].map(([path, { outcome, reason }]) => [path, reason ?? outcome]));
    expect(ended).toEqual({
      ...Object.fromEntries(names.map((name) => [name, 'accepted'])),
      'latin-\udce9.jpg': 'accepted',
      'bytes-\udcff\udcfe.jpg': 'accepted',
      'empty.jpg': 'quarantined',
      'truncated.jpg': 'quarantined',
      'text.jpg': 'quarantined',
      'link-in.jpg': 'not-a-regular-file: symlink',
      'link-out.jpg': 'not-a-regular-file: symlink',
      'link-up': 'not-a-regular-file: symlink',
      'fifo.jpg': 'not-a-regular-file: fifo',
      'unreadable.jpg': 'unreadable: EACCES',
      unlistable: 'unlistable: EACCES',
    });
    expect(rows.get('text.jpg')?.findings.map(({ code }) => code)).toContain('media-type-not-allowed');
    chmodSync(join(installation.root, 'in/unlistable'), 0o700);
    expect(installation.tree('in/unlistable')).toHaveProperty(['never seen.jpg']);
  });
});
