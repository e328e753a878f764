import { CliError } from '../cli-error';

/** What a number must be. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /** Stands in the message when it is wrong. */
  readonly example: number;
}

/** Reads a number within a range, both ends included. */
export function parseNumber(text: string, option: string, { least, most, isWhole, example }: NumberRange): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  throw new CliError({
    problem: `${option} ${text}: that is not ${isWhole ? 'a whole number' : 'a number'} from ${least} to ${most}.`,
    cure: `Write for example ${option} ${example}.`,
  });
}
