import type { BatonClient } from 'lambda-baton';

// #region handler
/** Behind a function URL, to which the service posts `{ token, answer }`. */
export function createCallBack(baton: Pick<BatonClient, 'signal'>) {
  return async ({ body = '{}' }: { body?: string }) => {
    const { token, answer } = JSON.parse(body);
    const { kind } = await baton.signal({ token, payload: answer });
    return { statusCode: kind === 'ended' ? 410 : 202 }; // 410: nobody waits any more
  };
}
// #endregion handler
