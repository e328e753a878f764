import { type DoctorFacts, type FunctionFacts, unknownText } from '../facts';
import { approve, type Finding, refuse, warn } from '../finding';
import { checkKnown } from '../reading';

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
