import { z } from 'zod';
import { shown } from '../shown';

/** What it means that something could not be told: the parameter of the rules on content. */
export const unknown = z.enum(['refuse', 'allow']).default('allow').meta({
  description: 'What it means that it could not be told: a finding (refuse) or none (allow).',
});

/** What the content of a file was found to be: a pass, a finding, or untold. */
export function judged(
  holds: boolean | null | undefined,
  why: string | undefined,
  { fails, untold, refuse }: { fails: string; untold: string; refuse: boolean },
) {
  if (holds === true || (holds !== false && !refuse)) return undefined;
  const code = holds === false ? fails : untold;
  const said = why === undefined ? '' : `: ${shown(why)}`;
  return {
    code,
    message: `${holds === false ? 'The content is not whole' : 'It could not be told'}${said}.`,
    value: null,
  };
}
