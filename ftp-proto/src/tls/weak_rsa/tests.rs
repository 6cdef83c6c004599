//! Verifies signatures that OpenSSL 3 has made by `openssl dgst -sha256 -sign`, for PSS also with
//! `-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest`.

use super::*;
use crate::tls::key_verifier::hash_of;

const MESSAGE: &[u8] = b"a message";

const MODULUS_1024: &str = "\
         bec1bc81759a05b1374a037510712cbd7c65fdd1b3cfac968b30404db26135b8faa8db58f2badd11b97902bd\
         3789fa5db5381c8b740728cc103c8858181f3e6babb893ea4b5356bed06d414e704409d6cda135d92fbcc30c\
         0e6ff562f341facf73121838847bcb48e5e9e17d72f279896cb380b4df64300a8ba11b6083be642f";

const MODULUS_1025: &str = "\
         013e184e96892d461bafc6c981cc6270d9f0f39654762bbd4521d076db2f68c71d296c274ccb52ecc0c4fccb\
         0c165a522a4aca087732e955323cda9aa9b7c0262fc382ef4527c54a2f21af1ba6ea061011aee0dbf704f668\
         d8733691079a29b5034c1eb441b93029c42a66ca1ac768e7765ba1661ba66ac10fdf9205597a2b6c19";

const MODULUS_1031: &str = "\
         601aacbdeaa8cd92a5257532e184832c7f1051ebc4ff8b8e6ceb8bbdb3b47a686c651f73be3205b157cdb771\
         85a7d79ffc09a89b97300d6b0ba42c877cdff3428411f3d9987f51f6c9a7243ad08e588799ad370812b9030d\
         1f99e1813e369ac16b6394afd2d240f6a0d419043401ffb2b77a8daba0e5b0945c1f0b8eaedc0f85fd";

const SIGNATURES: [(&str, SignatureScheme, &str); 6] = [
    (
        MODULUS_1024,
        SignatureScheme::RSA_PSS_SHA256,
        "\
         1446d9471a416799ab6148a96cf2c007b8be2191a7aa32762ce6a8413b84c71392a9d5f83c8df33e7c3b85d4\
         2570cd3d636b1716fe62b29de4eb700776dde5e00e17e6a0293a0396cca12643e589c53537eb7a19762888ab\
         2f924cf05b4e9c9ba6a56336eb838ed9539c35d7f095e7c552849a07a59cfba1586d032c85a28398",
    ),
    (
        MODULUS_1024,
        SignatureScheme::RSA_PSS_SHA384,
        "\
         aa034bd87c4ec11ba508cf36d8afd8b4192a59ed640b37fc8c0464fa17c11dcdc9433635badfd16aaef8f8d3\
         181f2bc7bf9f6cae118079c53c8fd3a9f3210db5373005b149481687cf757ae75b78e773bb9e345606c93e9b\
         947ac402f35974f1047f5a4a854428fd54a7fb02348d4a03b28559f295c2f4310b5d5256a4b1eec6",
    ),
    (
        MODULUS_1024,
        SignatureScheme::RSA_PKCS1_SHA256,
        "\
         b86e83bd59119f2cad4f5ee55a7ea9aa69fe63f8f11e1a14a9d970902bfb098b778aa3e4503478f4be04e3c4\
         682ce3fc60021519f01ca2cf9e13e5d2851b676ecdcc570a0a911ac76189c10492cb074e04d904789b88ba9f\
         d347ebad6c68eafb7f5ca39831534a57a5a261f69cf8d3865e127bc99e3a997f4322102184afccc6",
    ),
    (
        MODULUS_1024,
        SignatureScheme::RSA_PKCS1_SHA384,
        "\
         05ff437506a1d6e1426819ea30ac9def6f3dd0d32d8ce5400118b841cf176c8a51cfcc6f306ab7fb97c9437d\
         e19c222f26ba1b106da7b46acb1f9fa9eb201f4bef3031e5ef604f7a28896b189a04933939dcf8178d4870f2\
         0df9656247f06ef2896b9c357ca8ad657b18231bf6fe04adb646c379716b76817de097ef96e9a0c2",
    ),
    (
        MODULUS_1025,
        SignatureScheme::RSA_PSS_SHA256,
        "\
         00e85ad423f8cb209b1b3518ebf8d8b9af5e3c7a8745183d8390bc7db35f6c2e79d8cb44fc3c07ffad6edb88\
         4dbf74d5ae15913ef909a711d6831b5bd02d952e9f919e23f09f5f2acf4805162d744344e71812c9fb1145df\
         862ca3031cb00d6a1ee8247e84c4bdfcbd5ead8b6682823dff2a6bca48c2d220fb2bca4712760ba3b4",
    ),
    (
        MODULUS_1031,
        SignatureScheme::RSA_PSS_SHA256,
        "\
         4614bb56475dc811d905c6735c9a99fbe2f887d16734a934f841af67f61027f88365f778980c451a8e009075\
         eebcd241f72b21adbeb111cafd049128618a0cbe4ae6cf858ae2961b85fe6c65b147ad19ab7af4e3e59f0893\
         49993b9dcb58163fa9fca60846269c731b4737c1b68fa13f73a97cb1fa7100197fa042ff9979823222",
    ),
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |index| u8::from_str_radix(&hex[index..index + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digits).collect()
}

fn has_signed(
    modulus: &[u8],
    exponent: &[u8],
    message: &[u8],
    scheme: SignatureScheme,
    signature: &[u8],
) -> bool {
    let provider = rustls::crypto::ring::default_provider();
    let hash = |algorithm| hash_of(&provider, algorithm);
    RsaKey { modulus, exponent }.has_signed(message, scheme, signature, hash)
}

const EXPONENT: [u8; 3] = [1, 0, 1];

#[test]
fn good_signatures() {
    for (modulus, scheme, signature) in SIGNATURES {
        let (modulus, signature) = (bytes(modulus), bytes(signature));
        let signed = has_signed(&modulus, &EXPONENT, MESSAGE, scheme, &signature);
        assert!(signed, "{scheme:?}, {} bytes", modulus.len());
    }
}

#[test]
fn another_message_scheme_key_or_signature() {
    for (modulus, scheme, signature) in SIGNATURES {
        let (modulus, signature) = (bytes(modulus), bytes(signature));
        let signed = |message: &[u8], scheme, signature: &[u8]| {
            has_signed(&modulus, &EXPONENT, message, scheme, signature)
        };
        assert!(!signed(b"another one", scheme, &signature));
        for (_, other, _) in SIGNATURES {
            assert_eq!(signed(MESSAGE, other, &signature), other == scheme);
        }
        for index in [0, 1, signature.len() / 2, signature.len() - 1] {
            let mut changed = signature.clone();
            changed[index] ^= 1;
            assert!(!signed(MESSAGE, scheme, &changed), "{index}");
        }
        assert!(!signed(MESSAGE, scheme, &signature[1..]));
        assert!(!signed(MESSAGE, scheme, &[&[0][..], &signature].concat()));
        assert!(!signed(MESSAGE, scheme, &vec![0; signature.len()]));
        assert!(!signed(MESSAGE, scheme, &vec![0xff; signature.len()]));
        for exponent in [&[][..], &[1], &[3], &[1, 0, 0, 0, 0, 1]] {
            assert!(!has_signed(&modulus, exponent, MESSAGE, scheme, &signature));
        }
    }
}

/// This test adds the modulus to a signature. Modulo the modulus, the sum is the same number as the
/// signature. The verifier must still refuse it, because a signature must be smaller than the
/// modulus.
#[test]
fn a_signature_above_the_modulus() {
    let (modulus, scheme, signature) = SIGNATURES[4];
    let number = |hex: &str| Number::of(&bytes(hex));
    let (modulus, above) = (bytes(modulus), {
        let (mut carry, mut sum) = (0, Vec::new());
        for (a, b) in number(modulus).0.iter().zip(&number(signature).0) {
            let limb = u128::from(*a) + u128::from(*b) + carry;
            sum.push(limb as u64);
            carry = limb >> 64;
        }
        Number(sum).bytes(bytes(modulus).len())
    });
    assert!(!has_signed(&modulus, &EXPONENT, MESSAGE, scheme, &above));
}

/// Attackers have broken keys of fewer than 1024 bits, so the verifier must refuse such keys.
#[test]
fn keys_of_fewer_than_1024_bits() {
    let number = Number(vec![5, 0]);
    let modulus = Number(vec![7, 0]);
    // First shows that the arithmetic works for a tiny key with the modulus 7: 5 * 5 * 5 is 125,
    // which is 6 modulo 7.
    assert_eq!(number.power(&[3], &modulus).0, [6, 0]);
    let signed = has_signed(&[7], &[3], b"", SignatureScheme::RSA_PSS_SHA256, &[5]);
    assert!(!signed);
    let short = bytes(MODULUS_1024)[1..].to_vec();
    let (_, scheme, signature) = SIGNATURES[0];
    let signature = bytes(signature)[1..].to_vec();
    assert!(!has_signed(&short, &EXPONENT, MESSAGE, scheme, &signature));
}
