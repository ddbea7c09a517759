import { number } from './numbers.mjs';

const WIDTH = 720;
const BAR = 26;
const LEFT = 170;
const RIGHT = 90;
const NAMES = {
  'than-loop': 'best loop',
  'than-naive': 'naive loop',
  'than-bullmq': 'BullMQ',
  'than-exiftool': 'exiftool',
};

/** docs/benchmarks.svg: files per second of each, on one scale. @param {{ run?: { rows: object[] } }} summary */
export function plot({ run }) {
  const rows = (run?.rows ?? []).filter(({ key }) => Object.hasOwn(NAMES, key));
  const bars = [
    ...(rows.length > 0 ? [{ name: 'Assay', value: rows[0].ours, own: true }] : []),
    ...rows.map(({ key, theirs }) => ({ name: NAMES[key], value: theirs, own: false })),
  ].sort((one, other) => other.value - one.value);
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const height = 46 + bars.length * (BAR + 10);
  const lines = bars.flatMap(({ name, value, own }, index) => {
    const y = 36 + index * (BAR + 10);
    const width = Math.max(2, ((WIDTH - LEFT - RIGHT) * value) / most);
    return [
      `<text x="${LEFT - 10}" y="${y + BAR / 2 + 5}" text-anchor="end">${name}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3" fill="${own ? '#2f6f4f' : '#9aa5ad'}"/>`,
      `<text x="${(LEFT + width + 8).toFixed(1)}" y="${y + BAR / 2 + 5}">${number(value)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="14" fill="#57606a">`,
    '<text x="10" y="20">Photos inspected and moved, per second (more is better)</text>',
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
