import { REASONS_HEAD, reasonsRow } from './reasons';

const file = { scan: 'id', seq: 3, path: 'a/b.jpg', destination: '/data/quarantined/a/b.jpg', findings: [] };
const finding = { severity: 'must', code: 'empty', message: 'it holds no byte', fix: 'send it again' } as const;

describe('a row of reasons', () => {
  it('has a cell for each column', () => {
    const columns = REASONS_HEAD.trimEnd().split(',');
    expect(columns).toEqual([
      'path',
      'destination',
      'findings',
      'messages',
      'fixes',
      'seq',
      'scan',
      'pathBytes',
      'destinationBytes',
    ]);
    expect(reasonsRow(file).trimEnd().split(',')).toHaveLength(columns.length);
  });

  it('says every finding with its message and fix, each on a line of its own', () => {
    const advice = { ...finding, severity: 'should', code: 'small', message: 'it is small', fix: 'send more' } as const;
    expect(reasonsRow({ ...file, findings: [finding, advice] })).toBe(
      'a/b.jpg,/data/quarantined/a/b.jpg,empty small,"must: it holds no byte\nshould: it is small","send it again\nsend more",3,id,,\r\n',
    );
  });

  it('shows what is not UTF-8 as such, and gives the bytes', () => {
    expect(reasonsRow({ ...file, path: '\udce9', pathBytes: '6Q==' })).toMatch(/^\ufffd,.*,6Q==,\r\n$/);
  });

  it('holds nothing that a spreadsheet would calculate', () => {
    const row = reasonsRow({ ...file, path: '=1+1', findings: [{ ...finding, message: 'x;=2', fix: '@SUM(A1)' }] });
    expect(row).toMatch(/^'=1\+1,/);
    expect(row).toContain(`"must: x;'=2",'@SUM(A1),`);
  });
});
