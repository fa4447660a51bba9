#!/usr/bin/python3
"""NIST's PKITS (Public Key Interoperability Test Suite) through `tlswhy verify`: verdict, reason, certificate at fault.

    tests/interop/pkits.py [--tlswhy COMMAND] [-v] [TEST...]

The certificates come from Debian's python3-cryptography-vectors. All CA certificates of the suite are given as one pile, so that
each test is one of path building too. What must come out is said by the suite's document, "Conformance Testing of Relying Party
Client Certificate Path Processing Logic": for most tests the file's name already says valid or invalid."""
import argparse
import base64
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path("/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data")
AT = "2012-01-01T00:00:00Z"  # inside of the suite's own validity
POLICY = {n: f"2.16.840.1.101.3.2.1.48.{n}" for n in range(1, 11)}
ANY = "2.5.29.32.0"

# Where the document names the certificate at fault: file -> (code, place in the chain).
AT_FAULT = {
    "InvalidCASignatureTest2": ("cert-bad-signature", 1),
    "InvalidEESignatureTest3": ("cert-bad-signature", 0),
    "InvalidDSASignatureTest6": ("cert-bad-signature", 0),
    "InvalidCAnotBeforeDateTest1": ("cert-not-yet-valid", 1),
    "InvalidEEnotBeforeDateTest2": ("cert-not-yet-valid", 0),
    "InvalidCAnotAfterDateTest5": ("chain-expired-intermediate", 1),
    "InvalidEEnotAfterDateTest6": ("cert-expired", 0),
    "Invalidpre2000UTCEEnotAfterDateTest7": ("cert-expired", 0),
    "InvalidNameChainingTest1": ("chain-missing-intermediate", 0),
    "InvalidNameChainingOrderTest2": ("chain-missing-intermediate", 0),
    "InvalidMissingbasicConstraintsTest1": ("cert-ca-flag-wrong", 1),
    "InvalidcAFalseTest2": ("cert-ca-flag-wrong", 1),
    "InvalidcAFalseTest3": ("cert-ca-flag-wrong", 1),
    "InvalidkeyUsageCriticalkeyCertSignFalseTest1": ("cert-key-usage-wrong", 1),
    "InvalidkeyUsageNotCriticalkeyCertSignFalseTest2": ("cert-key-usage-wrong", 1),
    "InvalidMappingFromanyPolicyTest7": ("cert-policy", 1),
    "InvalidMappingToanyPolicyTest8": ("cert-policy", 1),
    "InvalidUnknownCriticalCertificateExtensionTest2": ("cert-malformed", 0),
}
# By the beginning of the name, for families.
FAMILIES = [
    (re.compile(r"Invalid(SelfIssued)?pathLenConstraint"), ("cert-ca-flag-wrong", 1)),
    (re.compile(r"Invalid.*nameConstraints"), ("cert-name-constraints", 0)),
    (re.compile(r"Invalid.*(Policy|Policies|PolicyMapping)Test"), ("cert-policy", None)),
]

# 4.8 to 4.12, where one path is asked several times: file -> [(policies asked for, other options, valid)]. Policy 0 is anyPolicy.
EXPLICIT, INHIBIT_MAPPING, INHIBIT_ANY = "--explicit-policy", "--inhibit-mapping", "--inhibit-any"
SETTINGS = {
    "ValidCertificatePathTest1": [([], [], True), ([0], [EXPLICIT], True), ([1], [EXPLICIT], True), ([2], [EXPLICIT], False),
                                  ([1, 2], [EXPLICIT], True)],
    "AllCertificatesNoPoliciesTest2": [([], [], True), ([], [EXPLICIT], False)],
    "DifferentPoliciesTest3": [([], [], True), ([], [EXPLICIT], False), ([1, 2], [EXPLICIT], False)],
    "DifferentPoliciesTest4": [([], [], False)],
    "DifferentPoliciesTest5": [([], [], False)],
    "OverlappingPoliciesTest6": [([], [], True), ([1], [], True), ([2], [], False)],
    "DifferentPoliciesTest7": [([], [], False)],
    "DifferentPoliciesTest8": [([], [], False)],
    "DifferentPoliciesTest9": [([], [], False)],
    "AllCertificatesSamePoliciesTest10": [([], [], True), ([1], [], True), ([2], [], True)],
    "AllCertificatesanyPolicyTest11": [([], [], True), ([1], [], True)],
    "DifferentPoliciesTest12": [([], [], False)],
    "AllCertificatesSamePoliciesTest13": [([1], [], True), ([2], [], True), ([3], [], True)],
    "AnyPolicyTest14": [([1], [], True), ([2], [], False)],
    "UserNoticeQualifierTest15": [([], [], True)],
    "UserNoticeQualifierTest16": [([], [], True)],
    "UserNoticeQualifierTest17": [([], [], True)],
    "UserNoticeQualifierTest18": [([1], [], True), ([2], [], True)],
    "UserNoticeQualifierTest19": [([], [], True)],
    "CPSPointerQualifierTest20": [([], [EXPLICIT], True)],
    "ValidPolicyMappingTest1": [([1], [], True), ([2], [], False), ([], [INHIBIT_MAPPING], False)],
    "InvalidPolicyMappingTest2": [([], [], False), ([], [INHIBIT_MAPPING], False)],
    "ValidPolicyMappingTest3": [([1], [], False), ([2], [], True)],
    "ValidPolicyMappingTest5": [([1], [], True), ([6], [], False)],
    "ValidPolicyMappingTest6": [([1], [], True), ([6], [], False)],
    "ValidPolicyMappingTest12": [([1], [], True), ([2], [], True)],
    "inhibitAnyPolicyTest3": [([], [], True), ([], [INHIBIT_ANY], False)],
}

# 4.4, 4.14, 4.15 and the CRL half of others: these fail, or pass, by their CRLs.
REVOCATION = re.compile(r"CRL|cRL|Revoked|distributionPoint|DistributionPoint|onlyContains|onlySomeReasons|SeparateCertificate|"
                        r"NegativeSerialNumber|LongSerialNumber|InvalidBasicSelfIssued")
# The document lets this one be left out: its CRL needs a path that needs the CRL itself.
CIRCULAR = {"ValidcRLIssuerTest30"}


def pem(label, path):
    body = base64.encodebytes(path.read_bytes()).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


def asked():
    """(name, settings, valid) of every question of the suite."""
    for path in sorted((DATA / "certs").glob("*EE.crt")):
        name = path.name[:-len("EE.crt")]
        for policies, options, valid in SETTINGS.get(name, [([], [], not name.startswith("Invalid"))]):
            chosen = [x for n in policies for x in ("--policy", POLICY.get(n, ANY))]
            yield name, chosen + options, valid


def fault_of(name, valid):
    if valid:
        return None
    if name in AT_FAULT:
        return AT_FAULT[name]
    return next((fault for pattern, fault in FAMILIES if pattern.match(name)), ("cert-policy", None) if name in SETTINGS else None)


class Suite:
    def __init__(self, command, where):
        self.command, self.where = command, pathlib.Path(where)
        cas = [p for p in sorted((DATA / "certs").glob("*.crt")) if not p.name.endswith("EE.crt") and p.name != "TrustAnchorRootCertificate.crt"]
        (self.where / "cas.pem").write_text("".join(pem("CERTIFICATE", p) for p in cas))
        (self.where / "root.pem").write_text(pem("CERTIFICATE", DATA / "certs/TrustAnchorRootCertificate.crt"))
        (self.where / "crls.pem").write_text("".join(pem("X509 CRL", p) for p in sorted((DATA / "crls").glob("*.crl"))))
        for p in (DATA / "certs").glob("*EE.crt"):
            (self.where / p.name).write_text(pem("CERTIFICATE", p))

    def verify(self, name, options):
        return subprocess.run([self.command, "verify", "--json", "--leaf", self.where / f"{name}EE.crt", "--untrusted",
                               self.where / "cas.pem", "--roots", self.where / "root.pem", "--at", AT, *options],
                              capture_output=True, text=True, timeout=60)

    def judge(self, question):
        """None, or what is wrong."""
        name, options, valid = question
        done = self.verify(name, options)
        if done.returncode not in (0, 1):
            return f"exit status {done.returncode}: {done.stderr.strip()}"
        said = json.loads(done.stdout)
        if said["verdict"] != ("accepted" if valid else "rejected"):
            return f"{said['verdict']}: {said['reasons']}"
        if (done.returncode == 0) != valid:
            return f"{said['verdict']} with exit status {done.returncode}"
        fault = fault_of(name, valid)
        if fault and not any(r["code"] == fault[0] and fault[1] in (None, r["cert"]) for r in said["reasons"]):
            return f"expected {fault[0]} at {fault[1]}, got {said['reasons']}"
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tlswhy", default=str(ROOT / "build/tlswhy"))
    parser.add_argument("-v", action="store_true")
    parser.add_argument("tests", nargs="*")
    args = parser.parse_args()
    if not DATA.is_dir():
        print("SKIP pkits: python3-cryptography-vectors is not installed")
        print("0 passed, 0 failed, 1 skipped")
        return
    passed, failed, skipped = 0, 0, 0
    with tempfile.TemporaryDirectory() as where, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        suite = Suite(args.tlswhy, where)
        crls = ["--crl", str(suite.where / "crls.pem")]
        has_crl = suite.verify("ValidCertificatePathTest1", crls).returncode == 0
        questions = []
        for name, options, valid in asked():
            if args.tests and name not in args.tests:
                continue
            if name in CIRCULAR:
                continue
            if REVOCATION.search(name) and not has_crl:
                skipped += 1
                continue
            questions.append((name, options + (crls if has_crl else []), valid))
        for question, problem in zip(questions, pool.map(suite.judge, questions)):
            passed, failed = passed + (not problem), failed + bool(problem)
            if problem or args.v:
                print(f"{'FAILED' if problem else 'ok'} {question[0]} {' '.join(x for x in question[1] if '/' not in x)}: {problem or ''}")
    if not has_crl:
        print("the tests of revocation are skipped: --crl is not there")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)


main()
