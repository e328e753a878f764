import { IncompatibleStateError } from '../../../errors';
import type { JobPlan } from './job-plan';

/**
 * Brings an older version's state to this code's version, one migration after the other.
 *
 * @throws IncompatibleStateError when a migration is missing, fails, or answers something that is no state.
 */
export function migrateState(
  plan: JobPlan,
  from: { readonly executionId: string; readonly version: number },
  values: Record<string, unknown>,
): Record<string, unknown> {
  let migrated = values;
  for (let version = from.version; version < plan.version; version += 1) {
    migrated = migrateOnce(plan, from.executionId, version, migrated);
  }
  return migrated;
}

function migrateOnce(
  plan: JobPlan,
  executionId: string,
  version: number,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const migrate = plan.migrations[version];
  if (migrate === undefined) throw refuse(plan, executionId, version, 'is missing');
  let migrated: unknown;
  try {
    migrated = migrate(values);
  } catch (cause) {
    throw refuse(plan, executionId, version, 'failed', cause);
  }
  if (!isState(migrated)) throw refuse(plan, executionId, version, 'did not return a state');
  return migrated;
}

/** A promise or a Map is an object too, but its fields are not the state's: all of them would silently starts again. */
function isState(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function refuse(
  plan: JobPlan,
  executionId: string,
  version: number,
  what: string,
  cause?: unknown,
): IncompatibleStateError {
  return new IncompatibleStateError({
    problem: `Execution ${executionId} has a state of version ${version}, job ${plan.name} is at version ${plan.version}, and migration ${version} ${what}.`,
    fix: `Give @LongRunning migrations: { ${version}: (state) => state, … } a function that returns the state of version ${version + 1}.`,
    details: { executionId, expected: plan.version, received: version },
    cause,
  });
}
