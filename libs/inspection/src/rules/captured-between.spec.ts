import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const at = (local: string, offset: string | null = null) =>
  fileWith({ captured: { local, offset, source: 'EXIF:DateTimeOriginal' } });
const EARLY = ['captured-too-early'];
const LATE = ['captured-too-late'];

describe('the rule captured-between', () => {
  it.each([
    ['{ rule: captured-between, from: 2024-06-01 }', '2024-06-01T00:00:00', []],
    ['{ rule: captured-between, from: 2024-06-01 }', '2024-05-31T23:59:59.999', EARLY],
    ['{ rule: captured-between, to: 2024-06-30 }', '2024-06-30T23:59:59.999', []],
    ['{ rule: captured-between, to: 2024-06-30 }', '2024-07-01T00:00:00', LATE],
    ['{ rule: captured-between, from: 2024-06-01T08:30 }', '2024-06-01T08:30:00', []],
    ['{ rule: captured-between, from: 2024-06-01T08:30 }', '2024-06-01T08:29:59', EARLY],
    ['{ rule: captured-between, to: 2024-06-01T08:30 }', '2024-06-01T08:30:59.5', []],
    ['{ rule: captured-between, to: 2024-06-01T08:30 }', '2024-06-01T08:31:00', LATE],
    ['{ rule: captured-between, to: 2024-06-01T08:30:10 }', '2024-06-01T08:30:10.999', []],
    ['{ rule: captured-between, from: 2024-02-29, to: 2024-02-29 }', '2024-02-29T12:00:00', []],
    ['{ rule: captured-between, from: 2024-06-01, to: 2025-01-01 }', '1999-01-01T00:00:00', EARLY],
  ])('%s of %s says %j', (rule, local, codes) => {
    expect(codesOf(rule, at(local))).toEqual(codes);
  });

  it("goes by the camera's clock, whatever its time zone", () => {
    for (const offset of [null, '+14:00', '-12:00'])
      expect(
        codesOf('{ rule: captured-between, from: 2024-06-01, to: 2024-06-01 }', at('2024-06-01T00:30:00', offset)),
      ).toEqual([]);
  });

  it('says that the time is unknown, unless that is allowed', () => {
    expect(codesOf('{ rule: captured-between, from: 2024-06-01 }', fileWith())).toEqual(['captured-unknown']);
    expect(codesOf('{ rule: captured-between, from: 2024-06-01, unknown: allow }', fileWith())).toEqual([]);
  });

  it('names the time and the bound', () => {
    expect(findingsOf('{ rule: captured-between, from: 2024-06-01 }', at('2023-01-01T00:00:00'))).toMatchObject([
      { message: 'Taken at "2023-01-01T00:00:00"; the earliest expected is 2024-06-01.', value: '2023-01-01T00:00:00' },
    ]);
  });

  it.each([
    ['{ rule: captured-between }', 'neither `from` nor `to`'],
    ['{ rule: captured-between, from: 2024-02-30 }', 'a date that the calendar does not have'],
    ['{ rule: captured-between, from: 2023-02-29 }', 'a date that the calendar does not have'],
    ['{ rule: captured-between, from: 2024-06-01T24:00 }', 'a date that the calendar does not have'],
    ['{ rule: captured-between, from: 2024-6-1 }', 'is a date, 2024-06-01'],
    ["{ rule: captured-between, from: '2024-06-01T08:00+02:00' }", 'without a time zone'],
    ['{ rule: captured-between, from: 2024 }', 'text is expected'],
    ['{ rule: captured-between, from: 2024-06-02, to: 2024-06-01 }', 'no file can pass'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });

  it('takes a moment of the last day for its beginning', () => {
    expect(() => profileOf('{ rule: captured-between, from: 2024-06-01T10:00, to: 2024-06-01 }')).not.toThrow();
  });
});
