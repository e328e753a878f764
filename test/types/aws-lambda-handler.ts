import type { Context, Handler, SQSHandler } from 'aws-lambda';
import { type BatonHandler, createHandler } from 'lambda-baton';

class Job {}

const handler = createHandler(Job);

/** A handler of ours is one of AWS's, for any event. */
export const asHandler: Handler = handler;

/** The context that AWS's types describe is one that a handler of ours takes. */
export const invoke = (context: Context): ReturnType<BatonHandler> => handler({}, context);

/** What a batch is answered with is what an event source mapping reads. */
export const asQueueHandler = handler satisfies Handler<Parameters<SQSHandler>[0]>;
