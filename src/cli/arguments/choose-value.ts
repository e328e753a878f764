import { CliError } from '../cli-error';

/** Reads one of a few words; undefined when none is given. @throws CliError for any other word */
export function chooseValue<Value>(option: string, text: string | undefined, choices: Readonly<Record<string, Value>>): Value | undefined {
  if (text === undefined) return undefined;
  if (Object.hasOwn(choices, text)) return choices[text];
  throw new CliError({ problem: `${option} ${text}: that is no choice.`, cure: `Write ${Object.keys(choices).join(' or ')}.` });
}
