/**
 * The first key that stands twice in one object of `json`, which has been parsed before and is well-formed; null where there is
 * none. `JSON.parse` keeps the last one silently: a gateway that kept the first would have checked another purchase.
 */
export function repeatedKey(json: string): string | null {
  /** The keys of the objects around the present place; null for an array. */
  const around: (Set<string> | null)[] = [];
  let keyMayFollow = false;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case "{":
        around.push(new Set());
        keyMayFollow = true;
        break;
      case "[":
        around.push(null);
        keyMayFollow = false;
        break;
      case "}":
      case "]":
        around.pop();
        keyMayFollow = false;
        break;
      case ",":
        keyMayFollow = around.at(-1) !== null;
        break;
      case '"': {
        const end = endOfString(json, at);
        if (keyMayFollow) {
          const key = String(JSON.parse(json.slice(at, end + 1)));
          const keys = around.at(-1);
          if (keys?.has(key)) return key;
          keys?.add(key);
          keyMayFollow = false;
        }
        at = end;
        break;
      }
      default:
    }
  }
  return null;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}
