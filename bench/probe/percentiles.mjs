/** The value below which this share of all lies; exact, since all are kept. @param {number[]} values @param {number} share of 1 */
export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export const median = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** @param {number[]} milliseconds */
export const summaryOf = (milliseconds) => ({
  count: milliseconds.length,
  p50: percentile(milliseconds, 0.5),
  p90: percentile(milliseconds, 0.9),
  p99: percentile(milliseconds, 0.99),
  max: Math.max(...milliseconds),
});
