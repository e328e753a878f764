import { checkpointStoreContract } from '../../src/testing';
import { LocalS3 } from './stand-ins/s3';

jest.setTimeout(60_000);

let s3: LocalS3;
beforeAll(async () => {
  s3 = await LocalS3.start();
});
afterAll(() => s3.stop());

describe('S3CheckpointStore', () => {
  for (const { title, run } of checkpointStoreContract(() => s3.open())) test(title, run);
});
