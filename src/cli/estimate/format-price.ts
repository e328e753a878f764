/** A price as AWS lists it: per million where that is a number people know (`$0.20 per million`), else as it is (`$0.0000133334`). */
export function formatPrice(usd: number): string {
  const perMillion = Number((usd * 1e6).toFixed(6));
  const isKnownPerMillion = usd > 0 && usd < 0.001 && Number.isInteger(perMillion * 1_000);
  if (!isKnownPerMillion) return `$${trim(usd)}`;
  return `$${perMillion < 1 ? trim(perMillion).padEnd(4, '0') : trim(perMillion)} per million`;
}

/** Up to 12 decimals, without the zeros at the end. */
function trim(value: number): string {
  return value.toFixed(12).replace(/\.?0+$/, '') || '0';
}
