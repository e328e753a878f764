import { S3Client } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';

const { S3Store } = await import(new URL('./s3/s3Store.js', import.meta.resolve('fauxqs')).href);
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'eu-central-1';

/** Lists keys in the order of their bytes and goes on where it stopped, as S3 does; fauxqs orders them as words. */
class OrderedStore extends S3Store {
  listObjects(bucket, { prefix = '', maxKeys = 1_000, startAfter = '' } = {}) {
    const keys = [...this.buckets.get(bucket).keys()]
      .filter((key) => key.startsWith(prefix) && (startAfter === '' || compare(key, startAfter) > 0))
      .sort(compare);
    return {
      objects: keys.slice(0, maxKeys).map((key) => this.getObject(bucket, key)),
      commonPrefixes: [],
      isTruncated: keys.length > maxKeys,
    };
  }
}

/**
 * S3 on this machine, in this process: fauxqs, and what a story needs beyond it.
 *
 * @param onDelete - told of each object before it is deleted
 * @returns a client, what a function needs to reach it, and the objects themselves
 */
export async function startS3({ buckets, onDelete = () => {} }) {
  const store = new OrderedStore();
  for (const bucket of buckets) store.createBucket(bucket);
  const app = buildApp({ logger: false, stores: { s3Store: store } });
  app.addHook('preHandler', async (request, reply) => {
    const { bucket, '*': key } = request.params;
    if (request.method === 'DELETE' && !request.query.uploadId) onDelete(bucket, key, store);
    const source = request.headers['x-amz-copy-source'];
    if (request.method !== 'PUT' || !request.query.uploadId || !source) return undefined;
    return copyPart(request, reply, store);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${app.server.address().port}`;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  return {
    client,
    environment: { AWS_ENDPOINT_URL_S3: endpoint },
    /** The content of every object of a bucket, by key, without a request. */
    read: (bucket) => new Map([...store.buckets.get(bucket)].map(([key, { body }]) => [key, body])),
    /** Puts an object there, of any size, without a request. */
    put: (bucket, key, body) => store.putObject(bucket, key, Buffer.from(body)),
    stop: () => {
      client.destroy();
      return app.close();
    },
  };
}

/** UploadPartCopy, which fauxqs takes for an empty UploadPart. */
function copyPart({ headers, query }, reply, store) {
  const [bucket, ...key] = decodeURIComponent(headers['x-amz-copy-source']).replace(/^\//, '').split('/');
  const { body } = store.getObject(bucket, key.join('/'));
  const [, start = 0, end = body.length - 1] =
    /^bytes=(\d+)-(\d+)$/.exec(headers['x-amz-copy-source-range'] ?? '') ?? [];
  const etag = store.uploadPart(
    query.uploadId,
    Number(query.partNumber),
    body.subarray(Number(start), Number(end) + 1),
  );
  return reply
    .header('content-type', 'application/xml')
    .send(`<?xml version="1.0" encoding="UTF-8"?><CopyPartResult><ETag>${etag}</ETag></CopyPartResult>`);
}

function compare(one, other) {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
