import type { DoctorFacts } from '../facts';
import { approve, type Finding, refuse } from '../finding';
import { checkKnown } from '../reading';

/** Checks the handler by what its code says. */
export function checkJob({ job }: DoctorFacts): readonly Finding[] {
  return checkKnown(job, ({ parameterCount }) => {
    if (parameterCount <= 2) return [approve('handler', `It declares ${parameterCount} parameters.`)];
    const what = `The handler declares ${parameterCount} parameters: Lambda refuses to start it (Runtime.CallbackHandlerDeprecated).`;
    return [
      refuse(
        'handler',
        what,
        'Export what createHandler answers, or wrap it in a function of (event, context).',
      ),
    ];
  });
}
