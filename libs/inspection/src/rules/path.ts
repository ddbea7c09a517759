import { z } from 'zod';
import { byteLength } from '../template/segment';
import { shown } from '../shown';
import type { Observation } from './rule-kind';
import { ruleKind } from './rule-kind';

const depth = z
  .strictObject({
    min: z.int().min(0).max(1000).optional().meta({ description: 'Folders, inclusive.' }),
    max: z.int().min(0).max(1000).optional().meta({ description: 'Folders, inclusive.' }),
  })
  .optional();

/** Counted without making a list of segments. */
function foldersIn(path: string): number {
  let count = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) count += 1;
  return count;
}

/** The first segment above so many bytes. A UTF-16 unit has three bytes at most, so that most paths need no counting. */
function longSegment(path: string, bytes: number): string | undefined {
  if (path.length * 3 <= bytes) return undefined;
  return path.split('/').find((segment) => segment.length * 3 > bytes && byteLength(segment) > bytes);
}

export const path = ruleKind({
  kind: 'path',
  summary: 'The path below the scanned directory is not too deep, too flat or too long for where the files go next.',
  codes: {
    'path-too-flat': 'The file lies in fewer folders than the minimum.',
    'path-too-deep': 'The file lies in more folders than the maximum.',
    'path-too-long': 'The whole path has more bytes than the maximum.',
    'path-segment-too-long': 'The name of the file, or of a folder above it, has more bytes than the maximum.',
  },
  fix: 'Arrange the folders as agreed, and shorten their names or the name of the file.',
  parameters: {
    depth: depth.meta({ description: 'Bounds of the number of folders above the file; 0 at the top of the delivery.' }),
    maxBytes: z.int().min(1).max(100_000).optional().meta({
      description: 'Most bytes of the whole path, slashes included. An ä has two in UTF-8, an emoji four or more.',
    }),
    maxSegmentBytes: z.int().min(1).max(1000).optional().meta({
      description: 'Most bytes of each name in the path. Linux and macOS take 255, eCryptfs 143.',
    }),
  },
  example: 'rule: path\ndepth: { min: 1, max: 4 }\nmaxBytes: 400\nmaxSegmentBytes: 143\n',
  needs: () => [],
  sense({ depth: { min, max } = {}, maxBytes, maxSegmentBytes }) {
    if (min === undefined && max === undefined && maxBytes === undefined && maxSegmentBytes === undefined)
      return [{ path: [], message: 'the rule `path` bounds nothing', fix: 'Add one, such as `depth: { max: 4 }`.' }];
    if (min !== undefined && max !== undefined && min > max)
      return [
        {
          path: ['depth', 'min'],
          message: `\`depth.min\` (${min}) is above \`depth.max\` (${max}): no file can pass`,
          fix: 'Exchange the two.',
        },
      ];
    return [];
  },
  compile({ depth: { min: least = 0, max: most = Infinity } = {}, maxBytes = Infinity, maxSegmentBytes = Infinity }) {
    const bounded = least > 0 || most < Infinity;
    return ({ path: text }) => {
      const found: Observation[] = [];
      if (bounded) {
        const folders = foldersIn(text);
        const said = `The file lies in ${folders} folder${folders === 1 ? '' : 's'}`;
        if (folders < least)
          found.push({ code: 'path-too-flat', message: `${said}; at least ${least} are expected.`, value: folders });
        else if (folders > most)
          found.push({ code: 'path-too-deep', message: `${said}; at most ${most} are allowed.`, value: folders });
      }
      if (text.length * 3 > maxBytes) {
        const bytes = byteLength(text);
        if (bytes > maxBytes)
          found.push({
            code: 'path-too-long',
            message: `The path has ${bytes} bytes; at most ${maxBytes} are allowed.`,
            value: bytes,
          });
      }
      const long = longSegment(text, maxSegmentBytes);
      if (long !== undefined)
        found.push({
          code: 'path-segment-too-long',
          message: `A name in the path has ${byteLength(long)} bytes; at most ${maxSegmentBytes} are allowed.`,
          value: shown(long),
        });
      return found.length === 0 ? undefined : found;
    };
  },
});
