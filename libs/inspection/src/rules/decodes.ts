import { judged, unknown } from './content-verdict';
import { ruleKind } from './rule-kind';

export const decodes = ruleKind({
  kind: 'decodes',
  summary: 'Every pixel of the picture can be decoded. It costs as much as opening the picture in a program.',
  codes: {
    'does-not-decode': 'A program that opens the picture meets an error.',
    'decoding-unknown': 'Files of this format are not decoded here, or this one needs too much time or memory.',
  },
  fix: 'Open the file in its own program and export it again; if that fails too, deliver the original once more.',
  parameters: { unknown },
  example: 'rule: decodes\n',
  needs: () => ['decodes'],
  compile({ unknown: of }) {
    const codes = { fails: 'does-not-decode', untold: 'decoding-unknown', refuse: of === 'refuse' };
    return ({ facts: { content } }) => judged(content?.decodes, content?.why?.decodes, codes);
  },
});
