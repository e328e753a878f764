/**
 * S3 on this machine: fauxqs, which ignores the conditions of a write, behind a hook that answers 412 and 404 as S3 does.
 * Prints its port. `--ignore-conditions` leaves the hook out. Ends when its standard input does.
 */
import { buildApp } from 'fauxqs';

const app = buildApp({ logger: false });
if (!process.argv.includes('--ignore-conditions')) heedConditions();
await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${app.server.address().port}\n`);
process.stdin.on('end', () => process.exit(0)).resume();

/** Looks at the stored object and lets the write pass, one write per key at a time. */
function heedConditions() {
  const turns = new Map();
  app.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'PUT') return undefined;
    const before = turns.get(request.url) ?? Promise.resolve();
    const turn = new Promise((resolve) => reply.raw.once('close', resolve));
    turns.set(
      request.url,
      before.then(() => turn),
    );
    await before;
    const refusal = check(request.headers, await readEtag(request.url));
    if (refusal === undefined) return undefined;
    const [status, code] = refusal;
    return reply
      .code(status)
      .header('content-type', 'application/xml')
      .send(
        `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>At least one of the pre-conditions you specified did not hold</Message></Error>`,
      );
  });
}

function check({ 'if-match': expected, 'if-none-match': none }, etag) {
  if (none !== undefined && etag !== undefined) return [412, 'PreconditionFailed'];
  if (expected === undefined) return undefined;
  if (etag === undefined) return [404, 'NoSuchKey'];
  return etag === expected ? undefined : [412, 'PreconditionFailed'];
}

async function readEtag(url) {
  const { statusCode, headers } = await app.inject({ method: 'HEAD', url: url.split('?')[0] });
  return statusCode === 200 ? headers.etag : undefined;
}
