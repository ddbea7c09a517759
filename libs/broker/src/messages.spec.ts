import { LARGEST_MESSAGE, pathIn, place, placeMessage, readMessage, walk, walkMessage } from './messages';

const SCAN = '0190c3a1-7c00-7000-8000-000000000001';
const body = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const reasonOf = (bytes: Buffer): string => {
  const read = readMessage(placeMessage, bytes);
  return read.ok ? 'it fits' : read.reason;
};

describe('a message', () => {
  it('says which rows it is about and stays under 400 bytes', () => {
    const message = place(SCAN, 0, [{ seq: 280_000, path: 'a folder/with some/IMG_20240229_123456.jpg' }]);
    expect(readMessage(placeMessage, body(message))).toEqual({ ok: true, message });
    expect(body(message).length).toBeLessThan(400);
    expect(readMessage(walkMessage, body(walk(SCAN)))).toEqual({ ok: true, message: walk(SCAN) });
  });

  it('carries a path that is not UTF-8 exactly, and shows it readably', () => {
    const message = place(SCAN, 0, [{ seq: 1, path: 'caf\udce9.jpg' }]);
    expect(message.files[0]?.path).toBe('caf\ufffd.jpg');
    const read = readMessage(placeMessage, body(message));
    expect(read.ok && read.message.files.map(pathIn)).toEqual(['caf\udce9.jpg']);
  });

  const good = { version: 1, task: 'place', scan: SCAN, generation: 0, files: [{ seq: 1, path: 'x' }] };
  it.each([
    ['no JSON', Buffer.from('{'), /not JSON/],
    ['bytes', Buffer.from([0xff, 0x00]), /not JSON/],
    ['nothing', Buffer.alloc(0), /not JSON/],
    ['another type', body('place'), /malformed/],
    ['a later version', body({ ...good, version: 2 }), /version/],
    ['another task', body({ ...good, task: 'remove' }), /task/],
    ['a scan that is no id', body({ ...good, scan: '../../etc' }), /scan/],
    ['a number as text', body({ ...good, files: [{ seq: '1', path: 'x' }] }), /seq/],
    ['a number below one', body({ ...good, files: [{ seq: 0, path: 'x' }] }), /seq/],
    ['no files', body({ ...good, files: [] }), /files/],
    ['a field that is not ours', body({ ...good, destination: '/etc/passwd' }), /malformed/],
    ['ten megabytes', Buffer.alloc(10 << 20, 0x20), new RegExp(`more than ${LARGEST_MESSAGE}`)],
  ])('is refused where it is %s', (_, bytes, reason) => {
    expect(reasonOf(bytes)).toMatch(reason);
  });
});
