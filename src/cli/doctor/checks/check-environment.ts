import { findNearestName } from '../../../errors/nearest-name';
import { readSettings } from '../../../handler/read-settings';
import { sharedStoreVariables, stores } from '../../../runtime/adapters/store/stores';
import type { DoctorFacts } from '../facts';
import { approve, type Finding, refuse, warn } from '../finding';
import { checkKnown, unwrap } from '../reading';

const names = [
  ...stores.map(({ variable }) => variable),
  'BATON_CONTINUE_ON',
  'BATON_LOG_LEVEL',
  'BATON_QUEUE_URL',
  'BATON_RETRY_AFTER_MS',
  'BATON_SCHEDULER_GROUP',
  'BATON_SCHEDULER_ROLE_ARN',
  'BATON_SIGNING_KEY',
];

/** Checks the variables that lambda-baton is configured by, with the rules that the handler itself begins with. */
export function checkEnvironment(facts: DoctorFacts): readonly Finding[] {
  return checkKnown(facts.environment, (variables) => {
    const faults = readSettings(variables).faults.map(({ problem, fix }) =>
      refuse('environment', problem, fix),
    );
    const findings = [
      ...faults,
      ...Object.keys(variables).flatMap(checkName),
      ...checkStore(variables, facts),
    ];
    return findings.length > 0
      ? findings
      : [approve('environment', 'Its variables do not contradict each other.')];
  });
}

function checkName(name: string): Finding[] {
  if (!name.startsWith('BATON_') || names.includes(name)) return [];
  const nearest = findNearestName(name, names);
  const fix = nearest === undefined ? 'Leave it out, or give it another name.' : `Did you mean ${nearest}?`;
  return [warn('environment', `Nothing reads the variable ${name}.`, fix)];
}

function checkStore(variables: Readonly<Record<string, string>>, { fn, isLocal }: DoctorFacts): Finding[] {
  const { settings, faults } = readSettings(variables);
  if (settings.store === undefined) {
    const what = 'No variable names a store: a duplicate delivery by AWS can run an execution twice.';
    return [warn('store', what, `Set ${sharedStoreVariables}, unless the code provides CHECKPOINT_STORE.`)];
  }
  const isLost = settings.store.kind === 'directory' && !isLocal && unwrap(fn)?.hasFileSystem !== true;
  if (!isLost || faults.length > 0) return [];
  const what =
    'BATON_DIRECTORY is set, and the function has no file system: each environment keeps executions for itself, until it ends.';
  return [refuse('store', what, `Set ${sharedStoreVariables} instead, or mount an EFS file system.`)];
}
