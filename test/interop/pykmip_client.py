"""Uses a KMIP server as PyKMIP's clients do, for pykmip.test.ts.

    pykmip_client.py HOST PORT CERTIFICATE KEY CA [USERNAME PASSWORD]

With user name and password it only makes one key and destroys it; an empty user name stands for none. Prints one JSON object a line for each check, {"version", "check", "ok", "found"}, and {"done": true} as the last line.
"""

import contextlib
import json
import sys
import time
import warnings

warnings.simplefilter("ignore")  # ssl.wrap_socket, which PyKMIP calls

from kmip.core import enums, objects, primitives  # noqa: E402
from kmip.core.attributes import CustomAttribute, Name, PrivateKeyUniqueIdentifier  # noqa: E402
from kmip.core.exceptions import OperationFailure  # noqa: E402
from kmip.core.factories.attributes import AttributeFactory  # noqa: E402
from kmip.core.messages import messages, payloads  # noqa: E402
from kmip.core.messages.contents import UniqueBatchItemID  # noqa: E402
from kmip.core.utils import BytearrayStream  # noqa: E402
from kmip.pie.client import ProxyKmipClient  # noqa: E402
from kmip.pie.exceptions import KmipOperationFailure  # noqa: E402
from kmip.pie.objects import (  # noqa: E402
    OpaqueObject,
    PrivateKey,
    PublicKey,
    SecretData,
    SplitKey,
    SymmetricKey,
    X509Certificate,
)
from kmip.services.kmip_client import KMIPProxy  # noqa: E402

HOST, PORT, CERTIFICATE, KEY, CA, *CREDENTIAL = sys.argv[1:]
AES = enums.CryptographicAlgorithm.AES
USAGE = [enums.CryptographicUsageMask.ENCRYPT, enums.CryptographicUsageMask.DECRYPT]
WRAPS = [enums.CryptographicUsageMask.WRAP_KEY, enums.CryptographicUsageMask.UNWRAP_KEY]
UNAVAILABLE = enums.CancellationResult.UNAVAILABLE
CEASED = enums.RevocationReasonCode.CESSATION_OF_OPERATION
attribute = AttributeFactory().create_attribute
A = enums.AttributeType
version = None


def tell(check, ok, found=None):
    line = {"version": version, "check": check, "ok": bool(ok), "found": str(found)[:300]}
    print(json.dumps(line), flush=True)


@contextlib.contextmanager
def checking(check):
    """A check that goes wrong is told of, and the next ones still run."""
    try:
        yield
    except Exception as error:  # whatever PyKMIP trips over
        tell(check, False, f"{type(error).__name__}: {error}")


def refused(check, reason, act):
    """The server refuses with this Result Reason and a message, and PyKMIP understands both."""
    if isinstance(reason, tuple):
        reason = reason[version >= "2.0"]
    with checking(check):
        try:
            tell(check, False, f"not refused: {act()}")
        except (KmipOperationFailure, OperationFailure) as failure:
            tell(check, failure.reason is reason and len(str(failure)) > 0, failure)


def custom(name, value, index=None):
    return objects.Attribute(
        objects.Attribute.AttributeName(name),
        None if index is None else objects.Attribute.AttributeIndex(index),
        CustomAttribute(value),
    )


def connection():
    return dict(
        hostname=HOST, port=int(PORT), cert=CERTIFICATE, key=KEY, ca=CA, config_file=None, kmip_version=version_of(version)
    )


def version_of(name):
    return getattr(enums.KMIPVersion, "KMIP_" + name.replace(".", "_"))


def life_of_a_key(client):
    name = f"pykmip-{version}"
    before = int(time.time()) - 2
    uid = client.create(AES, 256, name=name, cryptographic_usage_mask=USAGE)
    tell("create", len(uid) == 36, uid)

    with checking("get while Pre-Active"):
        key = client.get(uid)
        ok = key.cryptographic_algorithm is AES and key.cryptographic_length == 256 and len(key.value) == 32
        tell("get while Pre-Active", ok, repr(type(key)))

    with checking("get_attributes by name"):
        _, found = client.get_attributes(uid, ["State", "Name", "Cryptographic Length"])
        values = {one.attribute_name.value: one.attribute_value for one in found}
        ok = values["State"].value is enums.State.PRE_ACTIVE and values["Name"].name_value.value == name
        tell("get_attributes by name", ok and values["Cryptographic Length"].value == 256, sorted(values))

    if version < "2.0":  # where PyKMIP cannot read an answer without attributes
        with checking("get_attributes of one that is not set"):
            _, found = client.get_attributes(uid, ["x-Vendor"])
            tell("get_attributes of one that is not set", found == [] or found is None, found)

    with checking("get_attribute_list"):
        names = client.get_attribute_list(uid)
        wanted = {"Unique Identifier", "Object Type", "State", "Name", "Initial Date", "Digest", "Cryptographic Usage Mask"}
        tell("get_attribute_list", wanted <= set(names), names)

    with checking("get_attributes of all that PyKMIP can read"):
        names = [one for one in client.get_attribute_list(uid) if is_read_by_pykmip(one)]
        _, found = client.get_attributes(uid, names)
        tell(
            "get_attributes of all that PyKMIP can read",
            sorted({one.attribute_name.value for one in found}) == names and len(names) >= 10,
            names,
        )

    with checking("activate"):
        client.activate(uid)
        _, found = client.get_attributes(uid, ["State", "Activation Date"])
        values = {one.attribute_name.value: one.attribute_value.value for one in found}
        tell("activate", values["State"] is enums.State.ACTIVE and values["Activation Date"] >= before, values)
    refused("activate again is refused", NOT_IN_THIS_STATE, lambda: client.activate(uid))
    refused("destroy while Active is refused", NOT_IN_THIS_STATE, lambda: client.destroy(uid))

    with checking("revoke"):
        client.revoke(CEASED, uid, "not needed any more")
        _, found = client.get_attributes(uid, ["State"])
        tell("revoke", found[0].attribute_value.value is enums.State.DEACTIVATED, found[0].attribute_value)

    with checking("destroy"):
        client.destroy(uid)
        _, found = client.get_attributes(uid, ["State"])
        tell("destroy", found[0].attribute_value.value is enums.State.DESTROYED, found[0].attribute_value)
    refused("get of a destroyed key is refused", GONE, lambda: client.get(uid))
    refused("get of an unknown key is refused", NOT_FOUND, lambda: client.get("no-such-key"))
    refused("activate of an unknown key is refused", NOT_FOUND, lambda: client.activate("no-such-key"))

    with checking("revoke as compromised"):
        other = client.create(AES, 128, cryptographic_usage_mask=USAGE)
        client.revoke(enums.RevocationReasonCode.KEY_COMPROMISE, other, "lost", before)
        _, found = client.get_attributes(other, ["State", "Compromise Occurrence Date"])
        values = {one.attribute_name.value: one.attribute_value.value for one in found}
        ok = values == {"State": enums.State.COMPROMISED, "Compromise Occurrence Date": before}
        tell("revoke as compromised", ok, values)
        client.destroy(other)


def is_read_by_pykmip(name):
    """PyKMIP cannot read an attribute that it has no class for; its Digest is that of 1.1, with a Key Format Type."""
    if name == "Digest" and version == "1.0":
        return False
    try:
        attribute(A(name), None)
        return True
    except Exception:
        return False


def register(client):
    material = bytes(range(32))
    with checking("register"):
        key = SymmetricKey(AES, 256, material, USAGE, f"registered-{version}")
        uid = client.register(key)
        back = client.get(uid)
        tell("register", back.value == material and back.cryptographic_length == 256, uid)
        client.destroy(uid)
    with checking("register 3DES"):  # PyKMIP counts the parity bits: 192
        key = SymmetricKey(enums.CryptographicAlgorithm.TRIPLE_DES, 192, bytes(range(24)), USAGE, f"3des-{version}")
        uid = client.register(key)
        tell("register 3DES", client.get(uid).value == bytes(range(24)), uid)
        client.destroy(uid)


def locate(client):
    name = f"to-find-{version}"
    start = int(time.time()) - 1
    first = client.create(AES, 256, name=name, cryptographic_usage_mask=USAGE)
    second = client.create(AES, 128, name=name + "-2", cryptographic_usage_mask=USAGE)
    third = client.create(enums.CryptographicAlgorithm.TRIPLE_DES, 168, name=name + "-3", cryptographic_usage_mask=USAGE)
    mine = {first, second, third}

    def found(check, wanted, *attributes, **more):
        with checking(check):
            uids = client.locate(attributes=list(attributes), **more)
            tell(check, set(uids) & mine == wanted, uids)

    found("locate by Name", {first}, attribute(A.NAME, name))
    found("locate by an unknown Name", set(), attribute(A.NAME, name + "-none"))
    found(
        "locate by several attributes",
        {second},
        attribute(A.CRYPTOGRAPHIC_ALGORITHM, AES),
        attribute(A.CRYPTOGRAPHIC_LENGTH, 128),
        attribute(A.OBJECT_TYPE, enums.ObjectType.SYMMETRIC_KEY),
        attribute(A.STATE, enums.State.PRE_ACTIVE),
    )
    found("locate by Cryptographic Usage Mask", mine, attribute(A.CRYPTOGRAPHIC_USAGE_MASK, USAGE[:1]))
    dates = [attribute(A.INITIAL_DATE, start), attribute(A.INITIAL_DATE, int(time.time()) + 1)]
    found("locate by a range of dates", mine, *dates)
    past = [attribute(A.INITIAL_DATE, 1), attribute(A.INITIAL_DATE, 2)]
    found("locate by a range in the past", set(), *past)
    with checking("locate Maximum Items"):
        uids = client.locate(maximum_items=2, attributes=dates)
        tell("locate Maximum Items", len(uids) == 2, uids)
    if version >= "1.3":
        with checking("locate Offset Items"):
            every = client.locate(attributes=dates)
            rest = client.locate(offset_items=1, attributes=dates)
            tell("locate Offset Items", rest == every[1:] and len(every) >= 3, rest)
    client.activate(first)
    found("locate by State", {first}, attribute(A.STATE, enums.State.ACTIVE))
    client.revoke(CEASED, first)
    for uid in mine:
        client.destroy(uid)


def attributes(client):
    """PyKMIP 0.10 has Modify and Delete Attribute, and no Add Attribute: the attributes come with Create."""
    if version >= "2.0":
        return attributes_of_2(client)
    template = objects.TemplateAttribute(
        attributes=[
            attribute(A.CRYPTOGRAPHIC_ALGORITHM, AES),
            attribute(A.CRYPTOGRAPHIC_LENGTH, 256),
            attribute(A.CRYPTOGRAPHIC_USAGE_MASK, USAGE),
            attribute(A.OBJECT_GROUP, "a group"),
            attribute(A.CONTACT_INFORMATION, "somebody"),
            attribute(
                A.APPLICATION_SPECIFIC_INFORMATION, {"application_namespace": "ssl", "application_data": "example.com"}
            ),
            custom("x-Purpose", "one", 0),
            custom("x-Purpose", "two", 1),
        ]
    )
    result = client.proxy.create(enums.ObjectType.SYMMETRIC_KEY, template)
    if result.result_status.value is not enums.ResultStatus.SUCCESS:
        return tell("create with many attributes", False, f"{result.result_reason.value}: {result.result_message.value}")
    uid = result.uuid

    def purposes():
        _, found = client.get_attributes(uid, ["x-Purpose"])
        return {one.attribute_index.value if one.attribute_index else 0: one.attribute_value.value for one in found}

    with checking("create with many attributes"):
        _, found = client.get_attributes(
            uid, ["Object Group", "Contact Information", "Application Specific Information"]
        )
        values = {one.attribute_name.value: one.attribute_value for one in found}
        ok = values["Object Group"].value == "a group" and values["Contact Information"].value == "somebody"
        application = values["Application Specific Information"]
        ok = ok and (application.application_namespace, application.application_data) == ("ssl", "example.com")
        tell("create with many attributes", ok and purposes() == {0: "one", 1: "two"}, purposes())
    with checking("modify_attribute"):
        _, changed = client.modify_attribute(uid, attribute=custom("x-Purpose", "three", 1))
        ok = changed.attribute_value.value == "three" and purposes() == {0: "one", 1: "three"}
        tell("modify_attribute", ok, purposes())
    with checking("delete_attribute"):
        _, gone = client.delete_attribute(uid, attribute_name="x-Purpose", attribute_index=0)
        tell("delete_attribute", gone.attribute_value.value == "one" and purposes() == {1: "three"}, purposes())
    refused(
        "delete_attribute of one that is not there is refused",
        enums.ResultReason.ITEM_NOT_FOUND,
        lambda: client.delete_attribute(uid, attribute_name="x-Nothing"),
    )
    refused(
        "modify_attribute of State is refused",
        enums.ResultReason.PERMISSION_DENIED,
        lambda: client.modify_attribute(uid, attribute=attribute(A.STATE, enums.State.ACTIVE)),
    )
    client.destroy(uid)


def attributes_of_2(client):
    uid = client.create(AES, 256, name="before", cryptographic_usage_mask=USAGE)

    def value_of(name):
        _, found = client.get_attributes(uid, [name])
        return found[0].attribute_value if found else None

    with checking("set_attribute"):
        client.set_attribute(uid, attribute_name="Sensitive", attribute_value=True)
        tell("set_attribute", value_of("Sensitive").value is True, value_of("Sensitive"))

    def name(value):
        return Name.create(value, enums.NameType.UNINTERPRETED_TEXT_STRING)

    with checking("modify_attribute"):
        client.modify_attribute(
            uid,
            current_attribute=objects.CurrentAttribute(attribute=name("before")),
            new_attribute=objects.NewAttribute(attribute=name("after")),
        )
        tell("modify_attribute", value_of("Name").name_value.value == "after", value_of("Name"))
    with checking("delete_attribute"):
        client.delete_attribute(uid, current_attribute=objects.CurrentAttribute(attribute=name("after")))
        names = client.get_attribute_list(uid)
        tell("delete_attribute", "Name" not in names and "Sensitive" in names, names)
    refused(
        "set_attribute of State is refused",
        R.READ_ONLY_ATTRIBUTE,
        lambda: client.set_attribute(uid, attribute_name="State", attribute_value=enums.State.ACTIVE),
    )
    end(client, uid)


def end(client, *uids):
    """Whatever state they are in, these are used no more."""
    for uid in uids:
        client.revoke(enums.RevocationReasonCode.KEY_COMPROMISE, uid)
        client.destroy(uid)


def wrapped_get(client):
    with checking("get wrapped"):
        from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

        # Its own Cryptographic Parameters say how a key may wrap (1.4 §2.1.6).
        key_wrap = {"block_cipher_mode": enums.BlockCipherMode.NIST_KEY_WRAP}
        template = objects.TemplateAttribute(
            attributes=[
                attribute(A.CRYPTOGRAPHIC_ALGORITHM, AES),
                attribute(A.CRYPTOGRAPHIC_LENGTH, 256),
                attribute(A.CRYPTOGRAPHIC_USAGE_MASK, WRAPS),
                attribute(A.CRYPTOGRAPHIC_PARAMETERS, key_wrap),
            ]
        )
        wrapping = client.proxy.create(enums.ObjectType.SYMMETRIC_KEY, template).uuid
        wrapping_key = client.get(wrapping).value
        client.activate(wrapping)
        uid = client.create(AES, 256, cryptographic_usage_mask=USAGE)
        plain = client.get(uid)
        specification = {
            "wrapping_method": enums.WrappingMethod.ENCRYPT,
            "encryption_key_information": {
                "unique_identifier": wrapping,
                "cryptographic_parameters": key_wrap,
            },
        }
        if version >= "1.1":
            specification["encoding_option"] = enums.EncodingOption.NO_ENCODING
        # PyKMIP asks for it, but reads a Key Value only as a Structure; a wrapped one is a Byte String (1.4 §2.1.4).
        built = client._build_key_wrapping_specification(specification)
        request = payloads.GetRequestPayload(uid, key_wrapping_specification=built)
        answer = raw_answer(client.proxy, enums.Operation.GET, request)
        wrapped = byte_string_in(answer, enums.Tags.KEY_VALUE)
        unwrapped = aes_key_unwrap(wrapping_key, wrapped)
        # Before 1.1 a whole Key Value structure is wrapped, which ends in the Key Material.
        ok = unwrapped.endswith(plain.value) if version == "1.0" else unwrapped == plain.value
        tell("get wrapped", ok, f"{len(wrapped)} bytes")
        specification["encryption_key_information"]["unique_identifier"] = uid
        refused(
            "get wrapped by a key that may not wrap is refused",
            NOT_IN_THIS_STATE,
            lambda: client.get(uid, specification),
        )
        specification["encryption_key_information"]["unique_identifier"] = "no-such-key"
        refused("get wrapped by an unknown key is refused", NO_WRAPPING_KEY, lambda: client.get(uid, specification))
        client.destroy(uid)
        client.revoke(CEASED, wrapping)
        client.destroy(wrapping)


def raw_answer(proxy, operation, payload):
    item = messages.RequestBatchItem(
        operation=primitives.Enumeration(enums.Operation, operation, enums.Tags.OPERATION), request_payload=payload
    )
    proxy._send_message(proxy._build_request_message(None, [item]))
    return bytes(proxy._receive_message().buffer)


def byte_string_in(message, tag):
    at = message.index(tag.value.to_bytes(3, "big") + bytes([enums.Types.BYTE_STRING.value]))
    length = int.from_bytes(message[at + 4 : at + 8], "big")
    return message[at + 8 : at + 8 + length]


def offered(client, operation):
    """Whether the server has the operation, which Query tells and PyKMIP asks with a method of KMIPProxy only."""
    result = client.proxy.query(query_functions=[enums.QueryFunction.QUERY_OPERATIONS])
    return operation in (result.operations or [])


def uses(client, check, operation, act):
    """The server does this in the versions that have the operation, and says in others that it is not supported."""
    with checking(check):
        if offered(client, operation):
            found = act()
            tell(check, found[0] if isinstance(found, tuple) else found, found)
        else:
            refused(check, enums.ResultReason.OPERATION_NOT_SUPPORTED, act)


def every_object_type(client):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    der = serialization.Encoding.DER
    private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(der, serialization.PublicFormat.PKCS1)
    with open(CERTIFICATE, "rb") as file:
        from cryptography import x509

        certificate = x509.load_pem_x509_certificate(file.read()).public_bytes(der)
    RSA = enums.CryptographicAlgorithm.RSA
    sign, verify = [enums.CryptographicUsageMask.SIGN], [enums.CryptographicUsageMask.VERIFY]
    values = {
        "private key": PrivateKey(RSA, 2048, private, enums.KeyFormatType.PKCS_8, sign),
        "public key": PublicKey(RSA, 2048, public, enums.KeyFormatType.PKCS_1, verify),
        "certificate": X509Certificate(certificate, verify),
        "secret data": SecretData(b"open sesame", enums.SecretDataType.PASSWORD, verify),
        "opaque object": OpaqueObject(b"anything", enums.OpaqueDataType.NONE),
        "split key": SplitKey(
            AES,
            128,
            bytes(range(16)),
            USAGE,
            key_format_type=enums.KeyFormatType.RAW,
            split_key_parts=2,
            key_part_identifier=1,
            split_key_threshold=2,
            split_key_method=enums.SplitKeyMethod.XOR,
        ),
    }
    for name, value in values.items():
        with checking(f"register {name}"):
            value.names = [f"{name} {version}"]
            uid = client.register(value)
            back = client.get(uid)
            tell(f"register {name}", back.value == value.value and type(back) is type(value), uid)
            client.destroy(uid)


def making_keys(client):
    RSA = enums.CryptographicAlgorithm.RSA
    O = enums.Operation
    sign, verify = [enums.CryptographicUsageMask.SIGN], [enums.CryptographicUsageMask.VERIFY]
    with checking("create_key_pair"):
        public, private = client.create_key_pair(RSA, 2048, public_usage_mask=verify, private_usage_mask=sign)
        ok = client.get(public).cryptographic_length == 2048 and client.get(private).cryptographic_length == 2048
        tell("create_key_pair", ok and public != private, (public, private))

    def rekey_pair():
        result = client.proxy.rekey_key_pair(private_key_uuid=PrivateKeyUniqueIdentifier(private))
        if result.result_status.value is not enums.ResultStatus.SUCCESS:
            raise KmipOperationFailure(
                result.result_status.value, result.result_reason.value, result.result_message.value
            )
        return result.private_key_uuid not in (None, private)

    def rekey():
        if version < "2.0":
            return client.rekey(uid, offset=0)
        # The method above it always sends a Template-Attribute, which 2.0 has not.
        return client.proxy.rekey(uuid=uid, offset=0)["unique_identifier"]

    uses(client, "rekey_key_pair", O.REKEY_KEY_PAIR, rekey_pair)
    with checking("rekey"):
        uid = client.create(AES, 256, name=f"to-re-key-{version}", cryptographic_usage_mask=USAGE)
        before = client.get(uid)
        client.activate(uid)
        after = client.get(rekey())
        tell("rekey", after.value != before.value and after.cryptographic_length == 256, after)
    with checking("check"):
        tell("check", client.check(uid, cryptographic_usage_mask=USAGE) == uid, uid)
    base = client.create(AES, 256, cryptographic_usage_mask=[enums.CryptographicUsageMask.DERIVE_KEY, *USAGE])
    client.activate(base)
    derivation = {
        "cryptographic_parameters": {"hashing_algorithm": enums.HashingAlgorithm.SHA_256},
        "derivation_data": b"for this purpose",
    }

    def derive():
        derived = client.derive_key(
            enums.ObjectType.SYMMETRIC_KEY,
            [base],
            enums.DerivationMethod.HMAC,
            derivation,
            cryptographic_algorithm=AES,
            cryptographic_length=128,
            cryptographic_usage_mask=USAGE,
        )
        return len(client.get(derived).value) == 16

    uses(client, "derive_key", O.DERIVE_KEY, derive)


def asked(client, operation, request, response):
    """An operation that PyKMIP has payloads for and no method: the payload of the answer, or the Result Reason."""
    answer = raw_answer(client.proxy, operation, request)
    at = answer.find(enums.Tags.RESPONSE_PAYLOAD.value.to_bytes(3, "big") + bytes([enums.Types.STRUCTURE.value]))
    if at < 0:
        reason = answer.index(enums.Tags.RESULT_REASON.value.to_bytes(3, "big"))
        return enums.ResultReason(int.from_bytes(answer[reason + 8 : reason + 12], "big"))
    response.read(BytearrayStream(answer[at:]), kmip_version=version_of(version))
    return response


def without_a_method(client):
    O = enums.Operation
    uid = client.create(AES, 256, cryptographic_usage_mask=USAGE)
    with checking("archive"):
        found = asked(client, O.ARCHIVE, payloads.ArchiveRequestPayload(uid), payloads.ArchiveResponsePayload())
        tell("archive", found.unique_identifier == uid, found)
    refused("get of an archived key is refused", R.OBJECT_ARCHIVED, lambda: client.get(uid))
    with checking("recover"):
        found = asked(client, O.RECOVER, payloads.RecoverRequestPayload(uid), payloads.RecoverResponsePayload())
        tell("recover", found.unique_identifier == uid and client.get(uid).cryptographic_length == 256, found)
    with checking("obtain lease"):
        request = payloads.ObtainLeaseRequestPayload(uid)
        found = asked(client, O.OBTAIN_LEASE, request, payloads.ObtainLeaseResponsePayload())
        tell("obtain lease", found.unique_identifier == uid and found.lease_time > 0, found)
    with checking("get usage allocation of a key without limits"):
        request = payloads.GetUsageAllocationRequestPayload(uid, 10)
        found = asked(client, O.GET_USAGE_ALLOCATION, request, payloads.GetUsageAllocationResponsePayload())
        wanted = R.ILLEGAL_OPERATION if version < "2.0" else R.ATTRIBUTE_NOT_FOUND
        tell("get usage allocation of a key without limits", found is wanted, found)
    with checking("poll of what is not there"):
        found = asked(client, O.POLL, payloads.PollRequestPayload(b"none"), None)
        wanted = R.ITEM_NOT_FOUND if version < "2.0" else R.INVALID_ASYNCHRONOUS_CORRELATION_VALUE
        tell("poll of what is not there", found is wanted, found)
    with checking("cancel of what is not there"):
        found = asked(client, O.CANCEL, payloads.CancelRequestPayload(b"none"), payloads.CancelResponsePayload())
        ok = found.asynchronous_correlation_value == b"none"
        tell("cancel of what is not there", ok and found.cancellation_result is UNAVAILABLE, found)
    end(client, uid)


def computing(client):
    """Encrypt and others came with 1.2."""
    O = enums.Operation
    with checking("keys to compute with"):
        uid = client.create(AES, 256, cryptographic_usage_mask=USAGE)
        client.activate(uid)
        hmac = client.register(
            SymmetricKey(
                enums.CryptographicAlgorithm.HMAC_SHA256,
                256,
                bytes(range(32)),
                [enums.CryptographicUsageMask.MAC_GENERATE, enums.CryptographicUsageMask.MAC_VERIFY],
                f"hmac-{version}",
            )
        )
        client.activate(hmac)
        public, private = client.create_key_pair(
            enums.CryptographicAlgorithm.RSA,
            2048,
            public_usage_mask=[enums.CryptographicUsageMask.VERIFY],
            private_usage_mask=[enums.CryptographicUsageMask.SIGN],
        )
        client.activate(public)
        client.activate(private)
    cbc = {"block_cipher_mode": enums.BlockCipherMode.CBC, "padding_method": enums.PaddingMethod.PKCS5}
    vector = bytes(16)

    def encrypted():
        return client.encrypt(b"a secret", uid=uid, cryptographic_parameters=cbc, iv_counter_nonce=vector)[0]

    def decrypted():
        data = encrypted() if version >= "1.2" else bytes(16)
        return client.decrypt(data, uid=uid, cryptographic_parameters=cbc, iv_counter_nonce=vector)

    uses(client, "encrypt", O.ENCRYPT, lambda: encrypted() not in (b"", b"a secret"))
    uses(client, "decrypt", O.DECRYPT, lambda: decrypted() == b"a secret")

    def mac():
        import hashlib
        import hmac as ours

        _, found = client.mac(b"some data", hmac, enums.CryptographicAlgorithm.HMAC_SHA256)
        return found == ours.new(bytes(range(32)), b"some data", hashlib.sha256).digest()

    uses(client, "mac", O.MAC, mac)
    rsa = {
        "cryptographic_algorithm": enums.CryptographicAlgorithm.RSA,
        "hashing_algorithm": enums.HashingAlgorithm.SHA_256,
        "padding_method": enums.PaddingMethod.PKCS1v15,
    }

    def sign():
        return client.sign(b"a message", uid=private, cryptographic_parameters=rsa)

    def verified(message):
        signature = sign() if offered(client, O.SIGN) else bytes(256)
        return client.signature_verify(message, signature, uid=public, cryptographic_parameters=rsa)

    uses(client, "sign", O.SIGN, lambda: len(sign()) == 256)
    uses(
        client,
        "signature_verify",
        O.SIGNATURE_VERIFY,
        lambda: verified(b"a message") is enums.ValidityIndicator.VALID
        and verified(b"another") is enums.ValidityIndicator.INVALID,
    )


def server_information(proxy):
    functions = [enums.QueryFunction.QUERY_OPERATIONS, enums.QueryFunction.QUERY_OBJECTS]
    functions += [enums.QueryFunction.QUERY_SERVER_INFORMATION]
    with checking("what PyKMIP says of profiles by itself"):
        suite = proxy.get_supported_authentication_suites()[0]
        clause = proxy.get_supported_conformance_clauses()[0]
        ok = proxy.is_authentication_suite_supported(suite) and proxy.is_conformance_clause_supported(clause)
        tell("what PyKMIP says of profiles by itself", ok and proxy.is_profile_supported(clause, suite), clause)
    with checking("query"):
        result = proxy.query(query_functions=functions)
        wanted = {enums.Operation.CREATE, enums.Operation.GET, enums.Operation.LOCATE, enums.Operation.DESTROY}
        ok = wanted <= set(result.operations) and enums.ObjectType.SYMMETRIC_KEY in result.object_types
        tell("query", ok and result.vendor_identification == "kmipd", [one.name for one in result.operations])
    if version == "1.0":
        return  # Discover Versions came with 1.1
    with checking("discover_versions"):
        result = proxy.discover_versions()
        offered = [f"{one.major}.{one.minor}" for one in result.protocol_versions]
        tell("discover_versions", offered == ["2.1", "2.0", "1.4", "1.3", "1.2", "1.1", "1.0"], offered)


def batch(proxy):
    """A batch that hands the new key from item to item by the ID Placeholder."""

    def item(operation, payload, number):
        return messages.RequestBatchItem(
            operation=primitives.Enumeration(enums.Operation, operation, enums.Tags.OPERATION),
            unique_batch_item_id=UniqueBatchItemID(bytes([number])),
            request_payload=payload,
        )

    with checking("batch with ID Placeholder"):
        template = objects.TemplateAttribute(
            attributes=[
                attribute(A.CRYPTOGRAPHIC_ALGORITHM, AES),
                attribute(A.CRYPTOGRAPHIC_LENGTH, 256),
                attribute(A.CRYPTOGRAPHIC_USAGE_MASK, USAGE),
            ]
        )
        revoke = payloads.RevokeRequestPayload(revocation_reason=objects.RevocationReason(CEASED))
        items = [
            item(enums.Operation.CREATE, payloads.CreateRequestPayload(enums.ObjectType.SYMMETRIC_KEY, template), 1),
            item(enums.Operation.ACTIVATE, payloads.ActivateRequestPayload(), 2),
            item(enums.Operation.GET, payloads.GetRequestPayload(), 3),
            item(enums.Operation.REVOKE, revoke, 4),
            item(enums.Operation.DESTROY, payloads.DestroyRequestPayload(), 5),
        ]
        answer = proxy._send_and_receive_message(proxy._build_request_message(None, items))
        statuses = [one.result_status.value for one in answer.batch_items]
        ok = statuses == [enums.ResultStatus.SUCCESS] * 5
        ids = [bytes(one.unique_batch_item_id.value) for one in answer.batch_items]
        created, _, fetched, *_ = [one.response_payload for one in answer.batch_items]
        ok = ok and ids == [b"\1", b"\2", b"\3", b"\4", b"\5"]
        ok = ok and created.unique_identifier == fetched.unique_identifier
        tell("batch with ID Placeholder", ok, statuses)


# As 1.x says them, and as 2.0 does.
R = enums.ResultReason
NOT_IN_THIS_STATE = (R.PERMISSION_DENIED, R.WRONG_KEY_LIFECYCLE_STATE)
NOT_FOUND = (R.ITEM_NOT_FOUND, R.OBJECT_NOT_FOUND)
GONE = (R.ITEM_NOT_FOUND, R.OBJECT_DESTROYED)
NO_WRAPPING_KEY = (R.ITEM_NOT_FOUND, R.WRAPPING_OBJECT_NOT_FOUND)


def nothing_left(client):
    """Destroys what other checks left, which in the end is everything."""
    with checking("every object is destroyed"):
        before = client.locate()
        for uid in before:
            with contextlib.suppress(KmipOperationFailure):
                end(client, uid)
        after = client.locate()
        tell("every object is destroyed", len(before) > 0 and after == [], (len(before), after))


def every_method():
    """That the checks above use whatever PyKMIP's clients can ask of a server."""
    for name, owner in METHODS:
        tell(f"{owner.__name__}.{name} is used", (name, owner) in used)


def noted(owner, name):
    method = getattr(owner, name)

    def noting(self, *arguments, **named):
        used.add((name, owner))
        return method(self, *arguments, **named)

    setattr(owner, name, noting)


METHODS = [
    (name, owner)
    for owner in (ProxyKmipClient, KMIPProxy)
    for name, method in sorted(vars(owner).items())
    if callable(method) and not name.startswith("_")
]
used = set()
for name, owner in METHODS:
    noted(owner, name)


def one_key():
    with checking("one key"):
        options = connection()
        if CREDENTIAL[0]:
            options.update(username=CREDENTIAL[0], password=CREDENTIAL[1])
        with ProxyKmipClient(**options) as client:
            uid = client.create(AES, 256, cryptographic_usage_mask=USAGE)
            client.destroy(uid)
            tell("one key", True, uid)


def everything():
    global version
    for version in ["1.0", "1.1", "1.2", "1.3", "1.4", "2.0"]:
        with checking("connect"), ProxyKmipClient(**connection()) as client:
            for part in [life_of_a_key, register, locate, attributes, wrapped_get, every_object_type, making_keys, without_a_method, computing, nothing_left]:
                with checking(part.__name__):
                    part(client)
        options = connection()
        proxy = KMIPProxy(
            host=options["hostname"],
            port=options["port"],
            keyfile=KEY,
            certfile=CERTIFICATE,
            ca_certs=CA,
            ssl_version="PROTOCOL_TLSv1_2",
            kmip_version=options["kmip_version"],
        )
        with checking("connect with KMIPProxy"):
            proxy.open()
            server_information(proxy)
            batch(proxy)
            proxy.close()

    every_method()


if CREDENTIAL:
    version = "1.4"
    one_key()
else:
    everything()
print(json.dumps({"done": True}))
