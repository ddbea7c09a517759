import { judged, unknown } from './content-verdict';
import { ruleKind } from './rule-kind';

export const complete = ruleKind({
  kind: 'complete',
  summary: 'The file ends as its format says it must, and its checksums agree; no pixel is decoded.',
  codes: {
    'incomplete-file': 'The file is cut off, or a part of it is damaged.',
    'completeness-unknown': 'The format does not say where a file of its kind ends.',
  },
  fix: 'Copy or export the file once more: this one was cut off or damaged on its way.',
  parameters: { unknown },
  example: 'rule: complete\n',
  needs: () => ['complete'],
  compile({ unknown: of }) {
    const codes = { fails: 'incomplete-file', untold: 'completeness-unknown', refuse: of === 'refuse' };
    return ({ facts: { content } }) => judged(content?.complete, content?.why?.complete, codes);
  },
});
