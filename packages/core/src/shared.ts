/** A crowd that asks the same at once is answered by one question, which began after each of them asked. */
export function shared<Key, Answer>(ask: (key: Key) => Promise<Answer>): (key: Key) => Promise<Answer> {
  const underWay = new Map<Key, { readonly answer: Promise<Answer>; next: Promise<Answer> | null }>();

  function start(key: Key): Promise<Answer> {
    const answer = ask(key).finally(() => {
      // Who waits for the next question starts it now: until then others may join.
      if (question.next === null) underWay.delete(key);
    });
    const question: { readonly answer: Promise<Answer>; next: Promise<Answer> | null } = { answer, next: null };
    underWay.set(key, question);
    return answer;
  }

  return (key) => {
    const question = underWay.get(key);
    if (!question) return start(key);
    const again = (): Promise<Answer> => start(key);
    return (question.next ??= question.answer.then(again, again));
  };
}
