//! Forged, stolen and worn-out seals and certificates.

use super::*;

/// Name, what is done, and the part and fault that must be among what is found.
pub(super) const SEALS: &[(&str, Alteration, (Part, &str))] = &[
    (
        "certificate of another signer",
        |c| {
            let other = c.world.authority.signer("别的机构", 5, LeafUsage::Signing);
            let der = other.certificate().to_der().to_vec();
            c.rewrite(|all| all[5] = element(tag::OCTET_STRING, &[&der]));
        },
        (Part::Signature, "value"),
    ),
    (
        "name in the signer's certificate",
        |c| {
            c.rewrite(|all| all[5] = replaced(&all[5], "长沙市".as_bytes(), "岳阳市".as_bytes()));
        },
        (Part::SignerCertificate, "certificate-damaged"),
    ),
    (
        "certificate with a key on another curve",
        |c| {
            let (sm2, p256) =
                ([0x2a, 0x81, 0x1c, 0xcf, 0x55, 1, 0x82, 0x2d], [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
            c.rewrite(|all| all[5] = replaced(&all[5], &sm2, &p256));
        },
        (Part::SignerCertificate, "certificate-not-sm2"),
    ),
    (
        "certificate cut",
        |c| c.rewrite(|all| all[5] = element(tag::OCTET_STRING, &[b"0"])),
        (Part::SignerCertificate, "certificate-unreadable"),
    ),
    (
        "name in the seal",
        |c| {
            c.rewrite(|all| {
                all[1] = replaced(&all[1], "长沙市民政局电子".as_bytes(), "岳阳市民政局电子".as_bytes());
            });
        },
        (Part::SealSignature, "value"),
    ),
    (
        "seal's period in the seal",
        |c| {
            c.rewrite(|all| all[1] = replaced(&all[1], b"20281008000000Z", b"20991008000000Z"));
        },
        (Part::SealSignature, "value"),
    ),
    (
        "seal stolen: used with another certificate of the same authority",
        |c| {
            let thief = c.world.authority.signer("别的机构", 5, LeafUsage::Signing);
            let stolen = SealSignature::from_der(&c.package.files[VALUE]).unwrap().seal;
            let own = Case::seal_with(&thief, &c.world.maker, |_| {});
            c.seal_anew(&own, &thief, NOW);
            // The thief's own signature, with the stolen seal in it, signed by the thief.
            let to_sign: Vec<Vec<u8>> = parts(&parts(&c.package.files[VALUE])[0]);
            let to_sign =
                element(tag::SEQUENCE, &[&to_sign[0], &stolen.der, &to_sign[2], &to_sign[3], &to_sign[4]]);
            let value = thief.sign(&to_sign).unwrap().to_der();
            let rest = parts(&c.package.files[VALUE]);
            let value = element(tag::BIT_STRING, &[&[0], &value]);
            c.put(VALUE, &element(tag::SEQUENCE, &[&to_sign, &rest[1], &rest[2], &value]));
            c.put(SEAL, &stolen.der);
        },
        (Part::SealSigner, "not-listed"),
    ),
    (
        "seal made by an unknown authority",
        |c| {
            let forger = Authority::new("伪造根证书").signer("伪造制章", 5, LeafUsage::Signing);
            let seal = Case::seal_with(&c.world.body, &forger, |_| {});
            let body = c.world.body.certificate().clone();
            assert!(seal.signers.names(body.to_der()));
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::MakerCertificate, "certificate-not-trusted"),
    ),
    (
        "signer of an unknown authority",
        |c| {
            let forger = Authority::new("伪造根证书").signer("长沙市民政局（演示）", 5, LeafUsage::Signing);
            let seal = Case::seal_with(&forger, &c.world.maker, |_| {});
            c.seal_anew(&seal, &forger, NOW);
        },
        (Part::SignerCertificate, "certificate-not-trusted"),
    ),
    (
        "signer of a forged authority of the same name",
        |c| {
            let forger = Authority::new("演示根证书").signer("长沙市民政局（演示）", 5, LeafUsage::Signing);
            let seal = Case::seal_with(&forger, &c.world.maker, |_| {});
            c.seal_anew(&seal, &forger, NOW);
        },
        (Part::SignerCertificate, "certificate-not-trusted"),
    ),
    (
        "certificate for encryption",
        |c| {
            let signer = c.world.authority.signer("长沙市民政局（演示）", 5, LeafUsage::Encryption);
            let seal = Case::seal_with(&signer, &c.world.maker, |_| {});
            c.seal_anew(&seal, &signer, NOW);
        },
        (Part::SignerCertificate, "certificate-usage"),
    ),
    (
        "seal made with a certificate for issuing",
        |c| {
            let maker = c.world.authority.signer("演示中间机构", 5, LeafUsage::IssuingCa);
            let seal = Case::seal_with(&c.world.body, &maker, |_| {});
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::MakerCertificate, "certificate-usage"),
    ),
    (
        "signer's certificate run out",
        |c| {
            let signer = c.world.authority.signer("长沙市民政局（演示）", 1, LeafUsage::Signing);
            let seal = Case::seal_with(&signer, &c.world.maker, |_| {});
            c.seal_anew(&seal, &signer, NOW + 3 * YEAR / 2);
        },
        (Part::SignerCertificate, "certificate-not-valid"),
    ),
    (
        "signed before the certificate was valid",
        |c| {
            let seal = Case::seal_with(&c.world.body, &c.world.maker, |spec| spec.valid_from = NOW - YEAR);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW - 2 * 86_400).unwrap();
        },
        (Part::SignerCertificate, "certificate-not-valid"),
    ),
    (
        "seal made before its maker's certificate was valid",
        |c| {
            let seal = Case::seal_with(&c.world.body, &c.world.maker, |spec| spec.created = NOW - YEAR);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::MakerCertificate, "certificate-not-valid"),
    ),
    (
        "seal run out",
        |c| {
            let seal = Case::seal_with(&c.world.body, &c.world.maker, |spec| spec.valid_until = NOW - 1);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::SealValidity, "seal-not-valid"),
    ),
    (
        "seal not yet valid",
        |c| {
            let seal = Case::seal_with(&c.world.body, &c.world.maker, |spec| spec.valid_from = NOW + 1);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::SealValidity, "seal-not-valid"),
    ),
    (
        "seal whose period ends before it begins",
        |c| {
            let seal =
                Case::seal_with(&c.world.body, &c.world.maker, |spec| spec.valid_until = spec.valid_from - 1);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::SealValidity, "seal-period"),
    ),
    (
        "signed in the future",
        |c| {
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &c.world.seal, &[], &c.world.body, NOW + 3_600).unwrap();
        },
        (Part::Time, "future"),
    ),
];
