import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidProfileError, ProfilesFolder, ProfilesFolderError, UnknownProfileError } from './profiles-folder';

const text = (name: string, version = '1'): string => `name: ${name}\nversion: "${version}"\nrules: []\n`;

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}

describe('the folder of profiles', () => {
  let folder: string;
  let profiles: ProfilesFolder;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'profiles-'));
    profiles = new ProfilesFolder(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('loads every .yaml and .yml, sorted by name, with the digest of its bytes', async () => {
    await writeFile(join(folder, 'b.yml'), text('b'));
    await writeFile(join(folder, 'a.yaml'), text('a'));
    await writeFile(join(folder, 'profile.schema.json'), '{}');
    await writeFile(join(folder, '.a.yaml'), 'left by an editor');
    const loaded = profiles.loadAll();
    expect(loaded.map(({ definition }) => definition.name)).toEqual(['a', 'b']);
    expect(loaded[0]?.digest).toBe(`sha256:${createHash('sha256').update(text('a')).digest('hex')}`);
  });

  it('reads a profile anew each time', async () => {
    await writeFile(join(folder, 'a.yaml'), text('a', '1'));
    const first = profiles.load('a');
    await writeFile(join(folder, 'a.yaml'), text('a', '2'));
    const second = profiles.load('a');
    expect([first.definition.version, second.definition.version]).toEqual(['1', '2']);
    expect(second.digest).not.toBe(first.digest);
  });

  it('gives the very same definition as long as the bytes of its file are the same', async () => {
    await writeFile(join(folder, 'a.yaml'), text('a', '1'));
    const first = profiles.load('a');
    await writeFile(join(folder, 'a.yaml'), text('a', '1'));
    expect(profiles.load('a').definition).toBe(first.definition);
    await writeFile(join(folder, 'a.yaml'), 'name: a\nversion: "1"\nrules: {}\n');
    expect(() => profiles.load('a')).toThrow(InvalidProfileError);
    await writeFile(join(folder, 'a.yaml'), text('a', '3'));
    expect(profiles.load('a').definition.version).toBe('3');
  });

  it('says which names there are when one is unknown', async () => {
    await writeFile(join(folder, 'a.yaml'), text('a'));
    await writeFile(join(folder, 'b.yaml'), text('b'));
    const error = thrownBy(() => profiles.load('c'));
    expect(error).toBeInstanceOf(UnknownProfileError);
    expect((error as UnknownProfileError).known).toEqual(['a', 'b']);
  });

  it('never leaves the folder, whatever the name', async () => {
    const inner = join(folder, 'inner');
    await mkdir(inner);
    await writeFile(join(folder, 'outside.yaml'), text('outside'));
    await writeFile(join(inner, 'a.yaml'), text('a'));
    for (const name of ['../outside', '..', '', '/etc/passwd', 'a.yaml', 'a\0', '__proto__', `${folder}/outside`])
      expect(() => new ProfilesFolder(inner).load(name)).toThrow(UnknownProfileError);
  });

  it('refuses the boot with the problems of all files, each with file, line and mend', async () => {
    await writeFile(join(folder, 'a.yaml'), 'name: a\nversion: "1"\nrules:\n  - rule: sise\n');
    await writeFile(join(folder, 'b.yaml'), 'name: c\nversion: 1\nrules: []\n');
    await writeFile(join(folder, 'c.yaml'), Buffer.from([0xff, 0xfe]));
    await writeFile(join(folder, 'Not Kebab.yaml'), text('x'));
    await writeFile(join(folder, 'good.yaml'), text('good'));
    const error = thrownBy(() => profiles.loadAll());
    expect(error).toBeInstanceOf(InvalidProfileError);
    const { message } = error as InvalidProfileError;
    expect(message).toContain(`${join(folder, 'a.yaml')}:4:11 `);
    expect(message).toContain('Did you mean `size`?');
    expect(message).toContain(`${join(folder, 'b.yaml')}:1:7 `);
    expect(message).toContain(`${join(folder, 'b.yaml')}:2:10 `);
    expect(message).toContain('not UTF-8');
    expect(message).toContain('kebab-case');
    expect(profiles.readAll().profiles.map(({ definition }) => definition.name)).toEqual(['good']);
  });

  it('does not choose between two files of one name', async () => {
    await writeFile(join(folder, 'a.yaml'), text('a'));
    await writeFile(join(folder, 'a.yml'), text('a'));
    expect(() => profiles.load('a')).toThrow('has the same name');
    expect(() => profiles.loadAll()).toThrow('has the same name');
  });

  it('gives the problems of one invalid profile when it is asked for', async () => {
    await writeFile(join(folder, 'a.yaml'), 'name: a\nversion: "1"\nrules: {}\n');
    const error = thrownBy(() => profiles.load('a'));
    expect(error).toBeInstanceOf(InvalidProfileError);
    expect((error as InvalidProfileError).problems).toMatchObject([{ file: join(folder, 'a.yaml'), line: 3 }]);
  });

  it('names a profile that cannot be read', async () => {
    await symlink('nowhere', join(folder, 'a.yaml'));
    await mkdir(join(folder, 'b.yaml'));
    execFileSync('mkfifo', [join(folder, 'c.yaml')]);
    const { problems } = profiles.readAll();
    expect(problems.map(({ message }) => message)).toEqual([
      'the file cannot be read (ENOENT)',
      'the file cannot be read (EISDIR)',
      'the file is no regular file',
    ]);
  });

  it('says so when the folder is missing or holds no profile', () => {
    expect(() => profiles.loadAll()).toThrow(ProfilesFolderError);
    expect(() => new ProfilesFolder(join(folder, 'none')).loadAll()).toThrow(/ENOENT/);
  });
});

describe('the shipped profiles', () => {
  it('are photos, training-images and any-file, and load without a problem', () => {
    const loaded = new ProfilesFolder(join(__dirname, '../../../../profiles')).loadAll();
    expect(loaded.map(({ definition }) => definition.name)).toEqual(['any-file', 'photos', 'training-images']);
  });
});
