/** The median of several rounds of a measurement: one number is noise. */
export async function median(rounds, measure) {
  const values = [];
  for (let round = 0; round < rounds; round += 1) values.push(await measure());
  values.sort((one, other) => one - other);
  return values[Math.floor(values.length / 2)];
}

/** A figure of a benchmark, rounded to three digits; `limit` is what it aims to stay under. */
export function figure(value, unit, limit) {
  return { value: Number(value.toPrecision(3)), unit, ...(limit === undefined ? {} : { limit }) };
}

/** A context with plenty of time. */
export function roomyContext(remainingMs = 3_600_000) {
  const endMs = Date.now() + remainingMs;
  return {
    awsRequestId: 'bench',
    functionName: 'bench',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:bench',
    getRemainingTimeInMillis: () => endMs - Date.now(),
  };
}
