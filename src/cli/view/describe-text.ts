/** How many lines of a stack are told: the first ones are the user's. */
const stackLines = 5;

/**
 * What is worth telling of a line that is not one of ours. Takes off what AWS's runtime client puts before a line of `console.log`, gives back
 * the line breaks that it took out, and drops its own report of an error where the invocation's end says the same.
 */
export function describeText(line: string): readonly string[] {
  const [, level = '', written = line] = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t[^\t]*\t([A-Z]+)\t(.*)$/s.exec(line) ?? [];
  const [, phase, report] = (level === 'ERROR' && /^(Init|Invoke) Error\s*(\{.*\})$/s.exec(written)) || [];
  if (phase === 'Invoke') return [];
  return report === undefined ? written.split('\r') : describeStack(report);
}

/** An error with a cure needs no stack. */
function describeStack(report: string): readonly string[] {
  const { errorMessage, stack } = readReport(report);
  if (typeof errorMessage !== 'string' || errorMessage.includes('\n→ ') || !Array.isArray(stack)) return [];
  const frames = stack.filter((frame) => /^\s+at /.test(frame) && !frame.includes('aws-lambda-ric'));
  return [errorMessage, ...frames.slice(0, stackLines)];
}

function readReport(report: string): { errorMessage?: unknown; stack?: unknown } {
  try {
    return JSON.parse(report);
  } catch {
    return {};
  }
}
