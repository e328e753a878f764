import { findNearestName } from '../../../errors/nearest-name';
import { readSettings } from '../../../handler/read-settings';
import { sharedStoreVariables, stores } from '../../../runtime/adapters/store/stores';
import { type DoctorFacts, type FunctionFacts, type PermissionFacts, unknownText } from '../facts';
import { approve, checkKnown, type Finding, refuse, unwrap, warn } from '../finding';

const supported = ['nodejs22.x', 'nodejs24.x'];
/** With less, in megabytes, a function has so small a share of a core that loading the AWS SDK takes seconds. */
const leastMemoryMb = 256;

/** Checks what the function runs on: runtime, memory, network, concurrency. */
export function checkFunction({ fn, reservedConcurrency }: DoctorFacts): readonly Finding[] {
  return [
    ...checkKnown(fn, (known) => [...checkRuntime(known), ...checkMemory(known), ...checkNetwork(known)]),
    ...checkKnown(reservedConcurrency, checkConcurrency),
  ];
}

function checkRuntime({ runtime }: FunctionFacts): Finding[] {
  if (runtime === undefined)
    return [
      warn(
        'runtime',
        'It is a container image, whose Node cannot be seen from here.',
        'Base it on Node 22 or 24.',
      ),
    ];
  if (runtime === unknownText)
    return [
      warn(
        'runtime',
        'The runtime is known only when it is deployed.',
        'Run baton doctor on the function then.',
      ),
    ];
  if (supported.includes(runtime)) return [approve('runtime', `${runtime}.`)];
  const major = Number(/^nodejs(\d+)\.x$/.exec(runtime)?.[1]);
  if (major > 24)
    return [
      warn(
        'runtime',
        `${runtime} is newer than this version of lambda-baton knows.`,
        `Use ${supported.join(' or ')}.`,
      ),
    ];
  const why = runtime.startsWith('nodejs') ? 'is no longer supported by AWS' : 'runs no Node';
  return [refuse('runtime', `${runtime} ${why}.`, `Set the runtime to ${supported.join(' or ')}.`)];
}

function checkMemory({ memoryMb }: FunctionFacts): Finding[] {
  if (memoryMb === undefined)
    return [
      warn(
        'memory',
        'The memory is known only when it is deployed.',
        'Run baton doctor on the function then.',
      ),
    ];
  if (memoryMb >= leastMemoryMb) return [approve('memory', `${memoryMb} MB.`)];
  const what = `${memoryMb} MB come with so small a share of a core that cold starts take seconds, and the watchdog a part of what is left.`;
  return [warn('memory', what, `Set it to ${leastMemoryMb} MB or more; 512 is a good beginning.`)];
}

function checkNetwork({ isInVpc }: FunctionFacts): Finding[] {
  if (!isInVpc) return [approve('network', 'The function is in no VPC.')];
  const what =
    'The function is in a VPC: without a route to Lambda, SQS and the store its calls hang, and hand-offs fail.';
  return [
    warn(
      'network',
      what,
      'Give its subnets a NAT gateway, or endpoints for lambda and sqs, and gateway endpoints for dynamodb and s3.',
    ),
  ];
}

function checkConcurrency(reserved: number | undefined): Finding[] {
  if (reserved !== 0)
    return [approve('concurrency', reserved === undefined ? 'Not reserved.' : `${reserved} reserved.`)];
  const what =
    'The reserved concurrency is 0: nothing runs, and every new event goes to the failure destination.';
  return [
    refuse(
      'concurrency',
      what,
      'Raise it, or delete the reservation: aws lambda delete-function-concurrency.',
    ),
  ];
}

const fix =
  'Grant lambda:InvokeFunction on the unqualified ARN and on ARN:*, since neither says anything about the other.';

/** Checks whether the function may invoke itself, as far as that can be seen. */
export function checkPermissions({ permissions, isLocal }: DoctorFacts): readonly Finding[] {
  return checkKnown(permissions, (known) => known.map((permission) => check(permission, isLocal)));
}

function check({ resource, isAllowed, by }: PermissionFacts, isLocal: boolean): Finding {
  if (by === 'policy') {
    if (isAllowed) return approve('permissions', `The function may invoke ${resource}.`);
    return refuse('permissions', `No policy lets the function invoke ${resource}.`, fix);
  }
  if (!isAllowed)
    return refuse(
      'permissions',
      `A dry run of Invoke on ${resource} was refused to the credentials used here.`,
      fix,
    );
  const allowed = approve(
    'permissions',
    `A dry run of Invoke on ${resource} was allowed to the credentials used here.`,
  );
  return isLocal
    ? allowed
    : { ...allowed, fix: "To be sure of the function, run baton doctor with its role's credentials." };
}

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
