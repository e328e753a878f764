import { isUsableId, usableId } from '../../../../../src/runtime/core/message/arrival';

describe('isUsableId', () => {
  it.each(['a', 'order 9/é👍', 'x'.repeat(256), 'lambda-baton', 'my lambda-baton:stop'])(
    'isUsableId says yes to %j',
    (id) => {
      expect(isUsableId(id)).toBe(true);
    },
  );

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a number', 7],
    ['a list that looks like one', ['a']],
    ['an empty text', ''],
    ['257 characters', 'x'.repeat(257)],
    ['half a character', 'a\ud83d'],
    ['what the runtime keeps in a store', 'lambda-baton:stop:reconcile'],
  ])('isUsableId says no to %s', (_what, id) => {
    expect(isUsableId(id)).toBe(false);
  });

  it('isUsableId is said in messages as it is', () => {
    expect(usableId).toBe('a string of 1 to 256 characters that does not begin with lambda-baton:');
  });
});
