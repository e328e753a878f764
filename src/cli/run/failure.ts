/** An error as the runtime's log, a record, or AWS's error document tells it. */
export interface Failure {
  readonly name: string;
  /** With one thing to do after `→` on the second line, when it has one. */
  readonly message: string;
  /** The lines beneath the message, when they are known. */
  readonly stack?: string;
  /** What it was caused by. */
  readonly cause?: Failure;
  /** The parts of an error that has parts. */
  readonly errors?: readonly Failure[];
}

const maxCauses = 10;

/** Reads an error out of a log line or a record; undefined when that is none. */
export function readFailure(error: unknown, depth = 0): Failure | undefined {
  if (typeof error !== 'object' || error === null || depth > maxCauses) return undefined;
  const { name, message, stack, cause, errors } = error as Partial<Record<keyof Failure, unknown>>;
  const reason = readFailure(cause, depth + 1);
  const parts = Array.isArray(errors) ? errors.flatMap((part) => readFailure(part, depth + 1) ?? []) : [];
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : '',
    ...(typeof stack === 'string' && stack !== '' && { stack }),
    ...(reason !== undefined && { cause: reason }),
    ...(parts.length > 0 && { errors: parts }),
  };
}

/** An error in one line: its name and what it says, without what to do. */
export function summariseFailure({ name, message }: Failure): string {
  const [problem = ''] = message.split('\n');
  return problem === '' ? name : `${name}: ${problem}`;
}

const maxFrames = 12;

/** The lines of an error's stack that name places: those of the user's code, as far as there are any. */
export function listFrames({ stack = '' }: Failure): readonly string[] {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.filter((frame) => !/node:|node_modules|aws-lambda-ric/.test(frame));
  return (own.length > 0 ? own : frames).slice(0, maxFrames).map((frame) => `    ${frame.trim()}`);
}
