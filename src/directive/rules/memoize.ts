/** Functions that compute each answer once. */

/** Where answers are kept: a `Map`, or a `WeakMap` to forget an answer with its question. */
interface Store<Question, Answer> {
  has(question: Question): boolean;
  get(question: Question): Answer | undefined;
  set(question: Question, answer: Answer): unknown;
}

export function memoize<Question, Answer>(
  compute: (question: Question) => Answer,
  known: Store<Question, Answer> = new Map<Question, Answer>(),
): (question: Question) => Answer {
  return (question) => {
    const answer = known.get(question);
    // The answer may be `undefined`: `has` tells it from a missing one. So what is returned here was stored below.
    if (answer !== undefined || known.has(question)) return answer as Answer;
    const computed = compute(question);
    known.set(question, computed);
    return computed;
  };
}

/** The same for a question of two parts. */
export function memoizePair<One, Other, Answer>(
  compute: (one: One, other: Other) => Answer,
): (one: One, other: Other) => Answer {
  const about = memoize((one: One) => memoize((other: Other) => compute(one, other)));
  return (one, other) => about(one)(other);
}
