import { type Duration, Fn, Token, Tokenization } from 'aws-cdk-lib';

/** A value that is known at synth; undefined for a token, which only CloudFormation knows. */
export function readKnown<Value>(value: Value): Value | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}

/** The milliseconds of a duration that is known at synth; undefined for a token. */
export function readKnownMs(duration: Duration): number | undefined {
  return duration.isUnresolved() ? undefined : duration.toMilliseconds();
}

/** A number as a text, a token as the text that it becomes. */
export function writeNumber(value: number): string {
  return Tokenization.stringifyNumber(value);
}

/** The milliseconds of a duration as a text. Of a token in seconds too: CloudFormation cannot multiply, but it can append zeros. */
export function writeMs(duration: Duration): string {
  if (!duration.isUnresolved() || duration.unitLabel() === 'millis')
    return writeNumber(duration.toMilliseconds());
  return Fn.join('', [writeNumber(duration.toSeconds()), '000']);
}
