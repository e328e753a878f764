import { stores } from '../../runtime/adapters/store/stores';
import type { DeployedFunction } from '../template/read-function';
import { type LookUp, resolveValue } from '../template/resolve-value';
import { TemplateError } from '../template/template';

/** What stands on this machine for what is deployed. */
export interface StandIns {
  readonly lookUp: LookUp;
  /** Where executions are kept instead of in a table or bucket. */
  readonly storeDirectory: string;
  readonly hasQueues: boolean;
  /** Stands for the role of the schedules. */
  readonly schedulerRoleArn: string;
  /** What the user set: not read from the template. */
  readonly given: Readonly<Record<string, string>>;
}

/** Signs on this machine what a secret signs on AWS. */
const localSigningKey = 'local-signing-key';

const storeNames = new Set(stores.filter(({ isShared }) => isShared).map(({ variable }) => variable));

/** Works the variables of a function out, with local stand-ins for its queue, its store, its key and its schedules, which are in the default group. @throws TemplateError for one that has none */
export function resolveEnvironment(
  { id, environment }: DeployedFunction,
  template: string,
  standIns: StandIns,
): Record<string, string> {
  const resolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (name in standIns.given) continue;
    if (storeNames.has(name)) resolved.BATON_DIRECTORY = standIns.storeDirectory;
    else if (name === 'BATON_SIGNING_KEY') resolved[name] = localSigningKey;
    else if (name === 'BATON_SCHEDULER_ROLE_ARN') resolved[name] = standIns.schedulerRoleArn;
    else if (name === 'BATON_SCHEDULER_GROUP') continue;
    else if (name !== 'BATON_QUEUE_URL' || standIns.hasQueues)
      resolved[name] = resolve(name, value, standIns.lookUp, { id, template });
  }
  return { ...resolved, ...standIns.given };
}

function resolve(
  name: string,
  value: unknown,
  lookUp: LookUp,
  { id, template }: { id: string; template: string },
): string {
  const result = resolveValue(value, lookUp);
  if ('text' in result) return result.text;
  throw new TemplateError(template, id, {
    problem: `Function ${id}: environment variable ${name} needs ${result.unresolved}, which has no stand-in on this machine.`,
    fix: `Say what it is here: --env ${name}=….`,
  });
}
