/** What makes a spreadsheet take a cell for a formula; the wide forms too, which some fold. */
const CALCULATES = '[=+\\-@\uff1d\uff0b\uff0d\uff20]';
/**
 * Where a cell begins: at its own beginning, and after what a spreadsheet of another locale takes for the end of a cell or a row. Blanks and
 * quotes after that do not save it.
 */
const AT_A_BEGINNING = new RegExp(`(?:^|[;\\t\\r\\n])[\\s"']*(?=${CALCULATES})`, 'g');
const LEADING_CONTROL = /^[\t\r\n]/;

/** The text with an apostrophe wherever a spreadsheet would begin to calculate; any other text is returned as it is. */
export function withoutFormula(text: string): string {
  const told = text.replace(AT_A_BEGINNING, "$&'");
  return LEADING_CONTROL.test(told) ? `'${told}` : told;
}
