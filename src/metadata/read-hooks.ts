import type { JobFault } from '../errors';
import type { HookPlan } from '../runtime/core/execution/job-plan';
import type { Member } from './collect-members';
import { type HookDecorator, hookDecorators } from './declaration';
import type { Ancestor } from './lineage';

const planKeys: Readonly<Record<HookDecorator, keyof HookPlan>> = {
  OnStart: 'onStart',
  OnResume: 'onResume',
  OnHandoff: 'onHandoff',
  OnComplete: 'onComplete',
  OnFailure: 'onFailure',
  OnCancel: 'onCancel',
  OnChildEnd: 'onChildEnd',
};

/** Finds the method of each hook: the most derived class that declares one wins, and each class declares at most one. */
export function readHooks(
  members: readonly Member[],
  lineage: readonly Ancestor[],
  faults: JobFault[],
): HookPlan {
  const hooks: { -readonly [Key in keyof HookPlan]: HookPlan[Key] } = {};
  for (const decorator of hookDecorators) {
    for (const ancestor of lineage) {
      const [first, second] = members.filter(
        (member) => member.declaration.decorator === decorator && member.ancestor === ancestor,
      );
      if (first) hooks[planKeys[decorator]] = first.name;
      if (first?.declaration.options !== undefined)
        faults.push({ problem: `${first.where} takes no options.`, fix: `Write @${decorator}().` });
      if (second)
        faults.push({
          problem: `${second.where} is the second in ${ancestor.label}, after ${first?.name}.`,
          fix: `Keep one @${decorator}.`,
        });
    }
  }
  return Object.freeze(hooks);
}
