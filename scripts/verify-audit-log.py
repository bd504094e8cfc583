#!/usr/bin/env python3
"""Verifies exports of kmipd's audit log with the Python standard library alone. docs/audit-format.md describes the format.

    verify-audit-log.py KEYFILE EXPORT...

Exit codes: 0 intact, 1 altered, 2 could not check.
"""
import base64, hashlib, json, re, sys


class Altered(Exception): pass
class Unchecked(Exception): pass


def sha256(data): return hashlib.sha256(data).digest()


# Ed25519, RFC 8032 section 5.1: points as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, p):
    product = (0, 1, 1, 0)
    while n:
        if n & 1: product = add(product, p)
        p, n = add(p, p), n >> 1
    return product


def point(data):
    number = int.from_bytes(data, 'little')
    y, sign = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square: x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign): raise Altered('a signature or key is no point of the curve')
    if x & 1 != sign: x = P - x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, 'little'))


def is_signed(text, signature, key):
    s = int.from_bytes(signature[32:], 'little')
    if len(signature) != 64 or s >= L: return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), 'little') % L
    a, b = multiply(s, BASE), add(point(signature[:32]), multiply(h, point(key)))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


# Merkle tree, RFC 6962 section 2.1, as a list of complete subtrees: (records, root), the largest first.
def append(tree, root, records=1):
    while tree and tree[-1][0] == records:
        root, records = sha256(b'\1' + tree.pop()[1] + root), 2 * records
    tree.append((records, root))


def tree_root(tree):
    root = tree[-1][1] if tree else sha256(b'')
    for _, left in tree[-2::-1]: root = sha256(b'\1' + left + root)
    return root


def width(size, end):
    """Records of the largest complete subtree that begins after `size` records and ends by `end`."""
    records = 1
    while size % (2 * records) == 0 and size + 2 * records <= end: records *= 2
    return records


def extended(tree, size, end, roots):
    tree = list(tree)
    for root in roots:
        if size >= end: raise Altered('a checkpoint comes with too many subtrees')
        records = width(size, end)
        append(tree, root, records)
        size += records
    if size != end: raise Altered(f'the tail was cut: a checkpoint says {end} records, the log ends at {size}')
    return tree


def number(value):
    """As ECMAScript writes it (RFC 8785 section 3.2.2.3)."""
    if isinstance(value, int) and abs(value) < 2**53: return str(value)
    value = float(value)
    if value != value or value in (float('inf'), float('-inf')): raise Altered('a number that JSON has no form for')
    if value == 0: return '0'
    sign, digits, point_at = ('-' if value < 0 else ''), *decimal(abs(value))
    n, k = point_at, len(digits)
    if k <= n <= 21: return sign + digits + '0' * (n - k)
    if 0 < n <= 21: return sign + digits[:n] + '.' + digits[n:]
    if -6 < n <= 0: return sign + '0.' + '0' * -n + digits
    return f"{sign}{digits[0]}{'.' + digits[1:] if k > 1 else ''}e{'+' if n > 0 else '-'}{abs(n - 1)}"


def decimal(value):
    """Shortest digits, and how many of them stand before the point."""
    mantissa, _, exponent = repr(value).partition('e')
    whole, _, fraction = mantissa.partition('.')
    digits = (whole + fraction).lstrip('0')
    zeros = len(whole + fraction) - len(digits)
    return digits.rstrip('0'), len(whole) - zeros + int(exponent or 0)


def canonical(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)): return number(value)
    if isinstance(value, list): return '[' + ','.join(map(canonical, value)) + ']'
    names = sorted(value, key=lambda name: name.encode('utf-16-be', 'surrogatepass'))
    return '{' + ','.join(canonical(name) + ':' + canonical(value[name]) for name in names) + '}'


def without_doubles(pairs):
    if len({name for name, _ in pairs}) != len(pairs): raise Altered('a name stands twice in an object')
    return dict(pairs)


def parsed(text):
    """The value of a line that is in RFC 8785 form."""
    try:
        value = json.loads(text, object_pairs_hook=without_doubles)
        if canonical(value) == text and text.encode(): return value
    except (ValueError, RecursionError, OverflowError): pass
    raise Altered('a line is not in RFC 8785 form')


def base64_bytes(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text: raise ValueError(text)
    return data


def verifier_key(text):
    name, key_id, encoded = text.strip().split('+', 2)
    data = base64_bytes(encoded)
    if len(data) != 33 or data[0] != 1 or sha256(name.encode() + b'\n' + data)[:4].hex() != key_id: raise ValueError(text)
    return name, bytes.fromhex(key_id), data[1:]


def open_note(note, keys):
    """(origin, size, root, head, whether one of the keys has signed it)."""
    text, _, signatures = note.rpartition('\n\n')
    lines = (text + '\n').split('\n')
    try:
        if re.search('[\0-\x09\x0b-\x1f]', note) or not note.endswith('\n'): raise ValueError
        origin, size, root, head, time = lines[0], lines[1], base64_bytes(lines[2]), lines[3], lines[4]
        if len(root) != 32 or not re.fullmatch('head [0-9a-f]{64}', head) or not re.fullmatch('0|[1-9][0-9]{0,15}', size): raise ValueError
        if not re.fullmatch(r'time \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', time): raise ValueError
        is_opened = False
        for line in signatures[:-1].split('\n'):
            name, encoded = re.fullmatch(r'\u2014 (\S+) (\S+)', line).groups()
            data = base64_bytes(encoded)
            for key_name, key_id, key in keys:
                if (name, data[:4]) != (key_name, key_id): continue
                if origin != name or not is_signed((text + '\n').encode(), data[4:], key): raise ValueError
                is_opened = True
    except (ValueError, AttributeError, IndexError):
        raise Altered('a checkpoint is damaged or its signature is wrong')
    return origin, int(size), root, head[5:], is_opened


def verify(key_file, exports):
    try:
        lines = [line for line in open(key_file, encoding='utf-8').read().split('\n') if line.strip() and line[0] != '#']
        keys = [verifier_key(line) for line in lines]
    except ValueError: raise Unchecked(f'{key_file} is no verifier key')
    claims, hashes, torn, first = [], [], False, None
    for name in exports:
        if torn: raise Unchecked('an export is torn, and another follows it')
        data = open(name, 'rb').read()
        torn = not data.endswith(b'\n')
        is_ending, position = False, 0
        for position, raw in enumerate(data.split(b'\n')[:-1]):
            try: line = raw.decode()
            except ValueError:
                if position == 0: raise Unchecked(f'{name} is no export')
                raise Altered(f'{name}, line {position + 1} is no UTF-8')
            if position == 0:
                try: header = parsed(line)
                except Altered: raise Unchecked(f'{name} is no export')
                if not isinstance(header, dict) or header.get('log') != 'kmipd audit export' or header.get('v') != 1: raise Unchecked(f'{name} is no export of version 1')
                if header['origin'] not in [key[0] for key in keys]: raise Unchecked(f'{name} is of another log than the key')
                subtrees = [bytes.fromhex(root) for root in header['subtrees']]
                before, tree = header['firstSeq'] - 1, []
                tree = extended([], 0, before, subtrees)
                if first is None: first, start, prev, seq = header, tree, header['firstPrev'], before
                elif (header['origin'], before, header['firstPrev']) != (first['origin'], seq, prev): raise Altered(f'{name} does not follow the export before it')
                else: claims.append((seq, seq, tree_root(tree), None, [], True, True))
                if before == 0 and header['firstPrev'] != '0' * 64: raise Altered('the log begins after a record that never was')
            elif is_ending or line.startswith('{"checkpoint":'):
                is_ending, value = True, parsed(line)
                if not isinstance(value.get('checkpoint'), str): raise Altered('only checkpoints stand behind the records')
                origin, size, root, head, is_known = open_note(value['checkpoint'], keys)
                beyond = [bytes.fromhex(each) for each in value.get('subtrees', [])]
                claims.append((seq if beyond else size, size, root, head, beyond, is_known, True))
            else:
                record = parsed(line)
                if not isinstance(record, dict) or set(record) != {'v', 'seq', 'prev', 'event', 'hash'}: raise Altered(f'record {seq + 1} is none')
                v, record_seq, record_hash, event = record['v'], record['seq'], record['hash'], record['event']
                if v != 1: raise Unchecked(f'record {record_seq} has version {v}')
                if record_seq != seq + 1: raise Altered(f'record {seq + 1}: record {record_seq} stands in its place')
                if record['prev'] != prev: raise Altered(f'record {seq + 1}: its prev is not the hash of the record before')
                event_text = line[len('{"event":'):line.rindex(',"hash":"')]
                digest = sha256(f'kmipd audit record\n1\n{record_seq}\n{prev}\n{event_text}'.encode())
                if digest.hex() != record_hash: raise Altered(f'record {seq + 1}: its hash is not that of its content')
                seq, prev = record_seq, record_hash
                hashes.append(digest)
                data_of = event.get('responseData') if isinstance(event, dict) else None
                if isinstance(data_of, dict) and data_of.get('action') == 'checkpoint signed' and (event.get('initiator') or {}).get('id') == 'kmipd':
                    origin, size, root, head, is_known = open_note('\n'.join(data_of['checkpoint']) + '\n', keys)
                    claims.append((size, size, root, head, [], is_known, False))
    if first is None: raise Unchecked('there is no export')
    before, tree, signed = first['firstSeq'] - 1, start, 0
    size = before
    for at, claimed, root, head, beyond, is_known, is_given in sorted(claims, key=lambda claim: claim[0]):
        if at < before or (torn and at > seq): continue
        if at > seq: raise Altered(f'the tail was cut: a checkpoint says {claimed} records, the log ends at {seq}')
        while size < at:
            append(tree, sha256(b'\0' + hashes[size - before]))
            size += 1
        whole = extended(tree, at, claimed, beyond)
        own_head = hashes[at - before - 1].hex() if at > before else first['firstPrev']
        if tree_root(whole) != root or (head is not None and not beyond and head != own_head):
            raise Altered(f'records 1 to {at} are not those that a checkpoint signs for')
        if is_known and head is not None: signed = max(signed, claimed)
    if torn: raise Unchecked(f'the last line is torn; the {seq - before} records before it are intact')
    for _, claimed, _, _, _, is_known, is_given in claims:
        if not is_known and (is_given or claimed > signed): raise Unchecked('a checkpoint is not signed by a key that was given')
    if not any(claim[5] and claim[3] is not None and claim[0] >= before for claim in claims): raise Unchecked('no checkpoint signs for these records')
    return f'intact: records {before + 1} to {seq}, signed for up to {signed}'


def main(arguments):
    try:
        if len(arguments) < 2: raise Unchecked(__doc__)
        print(verify(arguments[0], arguments[1:]))
        return 0
    except Altered as error: print(f'altered: {error}'); return 1
    except Unchecked as error: print(f'could not check: {error}'); return 2
    except Exception as error: print(f'could not check: {type(error).__name__}: {error}'); return 2


if __name__ == '__main__': sys.exit(main(sys.argv[1:]))
