/**
 * Where in the response the item of a list is that graphql-js is completing. `resolveType` gets the field's path and not
 * the item's; an error without a path makes graphql-js build another one around it, for twenty times what the denial of a
 * field costs. A thousand denied rows must not be the cheap way to hurt a server.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { isPromiseLike } from './timeout.js';

type Path = GraphQLResolveInfo['path'];

interface Cursor {
  path: Path;
}

const cursors = new WeakMap<GraphQLResolveInfo, Cursor>();

/** The path of the item at hand; undefined when nothing tracks the list. To be read before anything is awaited. */
export function itemPathOf(info: GraphQLResolveInfo): Path | undefined {
  return cursors.get(info)?.path;
}

/** The field's result, in a form that notes each item's path right before graphql-js takes the item. */
export function trackItems(result: unknown, info: GraphQLResolveInfo): unknown {
  const cursor: Cursor = { path: info.path };
  const start = (value: unknown) => {
    // From here on what `itemPathOf` says is true; an iterable that is no array is taken without a note.
    if (!Array.isArray(value)) return value;
    cursors.set(info, cursor);
    return track(value, info.path, cursor);
  };
  return isPromiseLike(result) ? result.then(start) : start(result);
}

function track(value: unknown, path: Path, cursor: Cursor): unknown {
  if (isPromiseLike(value)) {
    // No promise in between: another item's turn would come before graphql-js takes this one.
    return {
      then: (resolve: (value: unknown) => unknown, reject: (reason: unknown) => unknown) =>
        value.then((item) => resolve(track(item, path, cursor)), reject),
    };
  }
  cursor.path = path;
  return Array.isArray(value) ? trackList(value, path, cursor) : value;
}

// A true array for whoever looks at it; graphql-js iterates (`Array.from`), and completes each item before the next.
function trackList(items: readonly unknown[], path: Path, cursor: Cursor): readonly unknown[] {
  return Object.defineProperty([...items], Symbol.iterator, {
    *value() {
      for (let index = 0; index < items.length; index += 1) {
        yield track(items[index], { prev: path, key: index, typename: undefined }, cursor);
      }
    },
  });
}
