import { withoutFormula } from './formula';

export type CsvCell = string | number | null | undefined;

/** Numbers of ours are numbers; no text is a formula. */
function cell(value: CsvCell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = withoutFormula(value);
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One row of CSV (RFC 4180) with its end of line, whatever stands in the cells. Nothing is there for a spreadsheet to calculate. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}
