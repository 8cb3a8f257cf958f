// The answers as YAML, in the form of the review queue.

function quote(text) {
  const escape = (c) => {
    if (c === '"' || c === "\\") {
      return `\\${c}`;
    }
    const code = c.codePointAt(0);
    if (code < 0x100) {
      return `\\x${code.toString(16).padStart(2, "0")}`;
    }
    if (code < 0x10000) {
      return `\\u${code.toString(16).padStart(4, "0")}`;
    }
    return `\\U${code.toString(16).padStart(8, "0")}`;
  };
  return `"${text.replace(/["\\\p{C}\p{Zl}\p{Zp}]/gu, escape)}"`;
}

function oneLine(value) {
  if (Array.isArray(value)) {
    return `[${value.map(oneLine).join(", ")}]`;
  }
  if (typeof value === "object") {
    const pairs = Object.entries(value).map(([key, each]) => `${quote(key)}: ${oneLine(each)}`);
    return `{${pairs.join(", ")}}`;
  }
  return quote(value);
}

function blockLines(index, indent, answer, insteadOf) {
  const block = answer.split ? { split: answer.split } : { decision: answer.word };
  if (answer.new_concept) {
    block.new_concept = answer.new_concept;
  }
  if (notes.get(index)) {
    block.note = notes.get(index);
  }
  if (insteadOf) {
    block.instead_of = insteadOf;
  }
  const lines = Object.entries(block).map(([key, value]) => `${indent}  ${key}: ${oneLine(value)}`);
  return [`${indent}${quote(data.labels[index].label)}:`, ...lines];
}

// `entries`: [label number, answer, decision that it replaces]. `objects`: a map from id to
// customer, by the key under which the ids are listed.
function toYaml(entries, objects) {
  const customers = new Set(entries.map(([index]) => data.labels[index].customer));
  for (const customer of Object.values(objects).flatMap((owners) => [...owners.values()])) {
    customers.add(customer);
  }
  const lines = [];
  for (const customer of customers) {
    lines.push(`${quote(customer)}:`);
    const mine = entries.filter(([index]) => data.labels[index].customer === customer);
    const scopes = new Set(mine.map(([index]) => data.labels[index].export));
    if (scopes.has("")) {
      lines.push("  labels:");
      for (const [index, answer, insteadOf] of mine.filter(([each]) => data.labels[each].export === "")) {
        lines.push(...blockLines(index, "    ", answer, insteadOf));
      }
      scopes.delete("");
    }
    if (scopes.size) {
      lines.push("  exports:");
    }
    for (const scope of scopes) {
      lines.push(`    ${quote(scope)}:`);
      for (const [index, answer, insteadOf] of mine.filter(([each]) => data.labels[each].export === scope)) {
        lines.push(...blockLines(index, "      ", answer, insteadOf));
      }
    }
    for (const [key, owners] of Object.entries(objects)) {
      const ids = [...owners].filter(([, owner]) => owner === customer).map(([id]) => id);
      if (ids.length) {
        lines.push(`  ${key}:`, ...ids.map((id) => `    - ${quote(id)}`));
      }
    }
  }
  return lines.length ? `${lines.join("\n")}\n` : "{}\n";
}

function allAnswers() {
  const entries = [...answers].map(([index, answer]) => [index, answer, originally(index)]);
  const objects = new Map([...rejected].filter(([id]) => !isRejectedInFile(id)));
  return toYaml(entries, { rejected_objects: objects });
}

function originally(index) {
  const label = data.labels[index];
  return label.how === "reviewed" ? label.decision : "";
}

function isRejectedInFile(id) {
  return Object.values(data.rejected).some((ids) => ids.includes(id));
}
