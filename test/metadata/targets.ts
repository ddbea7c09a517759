import { type AccuracyTable } from './accuracy';

/** At least this share of what the other program found is to be right, by group of formats. */
interface Target {
  group: string;
  right: number;
  types: RegExp;
}

const TARGETS: readonly Target[] = [
  { group: 'JPEG', right: 0.99, types: /^(JPEG|MPO|JPS)$/ },
  {
    group: 'PNG, WebP, TIFF, HEIC, AVIF, GIF',
    right: 0.98,
    types: /^(A?PNG|MNG|PNG Plus|.*WEBP.*|TIFF|BTF|HEI[CF]S?|HEVC|AVIF|GIF)$/,
  },
  {
    group: 'video and raw',
    right: 0.95,
    types:
      /^(MP4|MOV|M4V|3GP|3G2|QT|AVI|M2TS|M2T|MTS|MKV|WEBM|WMV|ASF|FLV|MPEG|DV|NEF|NRW|CR2|CR3|CRW|ARW|SR2|SRF|DNG|ORF|ORI|RW2|RWL|RAW|RAF|PEF|SRW|X3F|MRW|ERF|DCR|KDC|K25|MEF|MOS|IIQ|3FR|FFF|GPR)$/,
  },
];
const MAX_WRONG = 0.002;

/** What falls short of its target, in words; nothing where all is well. */
export function shortfalls(table: AccuracyTable): string[] {
  const found: string[] = [];
  for (const { group, right, types } of TARGETS) {
    const ofGroup = table.types().filter((type) => types.test(type));
    for (const field of table.fields()) {
      const counts = {
        right: table.sum('right', ofGroup, field),
        missing: table.sum('missing', ofGroup, field),
        wrong: table.sum('wrong', ofGroup, field),
      };
      const all = counts.right + counts.missing + counts.wrong;
      if (all === 0) continue;
      if (counts.right / all < right)
        found.push(`${group}: ${field} is right in ${percent(counts.right / all)} of ${all}, below ${percent(right)}`);
    }
  }
  const wrong = table.count('wrong');
  const known = wrong + table.count('right') + table.count('missing') - table.count('right', undefined, '(reading)');
  if (known > 0 && wrong / known > MAX_WRONG)
    found.push(`${wrong} of ${known} values are wrong: ${percent(wrong / known)}, above ${percent(MAX_WRONG)}`);
  for (const comparison of ['hung', 'crashed'] as const)
    if (table.count(comparison) > 0) found.push(`${table.count(comparison)} files: reader ${comparison}`);
  return found;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
