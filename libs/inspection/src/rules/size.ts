import { byteSize, bytesOf, shownSize } from './byte-size';
import { ruleKind } from './rule-kind';

export const size = ruleKind({
  kind: 'size',
  summary: 'The file is not smaller and not larger than it should be.',
  codes: {
    empty: 'The file holds no byte.',
    'too-small': 'The file has fewer bytes than the minimum.',
    'too-large': 'The file has more bytes than the maximum.',
  },
  fix: 'Check that the file was exported and transferred whole, and deliver it again in an allowed size.',
  parameters: {
    min: byteSize.optional().meta({ description: 'Smallest allowed size.' }),
    max: byteSize.optional().meta({ description: 'Largest allowed size.' }),
  },
  example: 'rule: size\nmin: 10 kB\nmax: 2 GiB\n',
  needs: () => [],
  sense({ min, max }) {
    if (min === undefined && max === undefined)
      return [
        { path: [], message: 'the rule `size` has neither `min` nor `max`', fix: 'Add one, such as `min: 10 kB`.' },
      ];
    if (min !== undefined && max !== undefined && bytesOf(min) > bytesOf(max))
      return [
        {
          path: ['min'],
          message: `\`min\` (${min}) is above \`max\` (${max}): no file can pass`,
          fix: 'Exchange the two, or mend their units.',
        },
      ];
    return [];
  },
  compile({ min, max }) {
    const least = min === undefined ? 0 : bytesOf(min);
    const most = max === undefined ? Infinity : bytesOf(max);
    return (file) => {
      if (file.size < least) {
        if (file.size === 0) return { code: 'empty', message: 'The file is empty.', value: 0 };
        return {
          code: 'too-small',
          message: `The file has ${shownSize(file.size)}; at least ${shownSize(least)} are expected.`,
          value: file.size,
        };
      }
      if (file.size > most)
        return {
          code: 'too-large',
          message: `The file has ${shownSize(file.size)}; at most ${shownSize(most)} are allowed.`,
          value: file.size,
        };
      return undefined;
    };
  },
});
