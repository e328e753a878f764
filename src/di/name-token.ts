/** A token as it is shown to people: a class by its name. Takes what tsyringe keeps for a parameter too. */
export function nameToken(parameter: unknown): string {
  const token =
    typeof parameter === 'object' && parameter !== null && 'token' in parameter ? parameter.token : parameter;
  return typeof token === 'function' ? token.name : String(token);
}
