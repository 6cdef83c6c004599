//! A certificate authority (CA) that exists for one run of the tests. With it, clients verify a
//! test server as strictly as on the internet, and the repository needs no stored key.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};

use super::Result;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A certificate authority for test servers and their clients. Its private key never leaves this
/// process.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// Creates a CA with a new ECDSA P-256 key, whose root certificate it signs itself.
    pub(crate) fn new() -> Result<Self> {
        let mut params = parameters(Vec::new(), "Throwaway test root")?;
        // A path length of zero means that the CA may sign servers and clients, but no further CAs.
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, key()?)?;
        Ok(Self { issuer })
    }

    /// Returns the root certificate as PEM, so that clients can trust it.
    #[must_use]
    pub(crate) fn root_pem(&self) -> String {
        self.issuer.pem()
    }

    /// Issues a server certificate for `names`, which are DNS names or IP addresses as text.
    pub(crate) fn issue(&self, names: &[&str]) -> Result<Identity> {
        self.issue_for(names, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Issues a client certificate for `name`.
    pub(crate) fn issue_to_client(&self, name: &str) -> Result<Identity> {
        self.issue_for(&[name], ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn issue_for(&self, names: &[&str], purpose: ExtendedKeyUsagePurpose) -> Result<Identity> {
        let subject = names.first().copied().unwrap_or("nameless");
        let alternatives = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = parameters(alternatives, subject)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        let key = key()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Identity {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        })
    }
}

/// A certificate with its private key, both as PEM. The root of [`Authority`] has signed the
/// certificate directly, so that no intermediate certificate is needed.
pub(crate) struct Identity {
    pub(crate) certificate_pem: String,
    /// The key in PKCS #8.
    pub(crate) key_pem: String,
}

impl Identity {
    /// Creates a certificate that nobody but its own key has signed, for a name or an address.
    pub(crate) fn self_signed(name: &str) -> Result<Self> {
        let key = key()?;
        let certificate = parameters(vec![name.to_owned()], name)?.self_signed(&key)?;
        Ok(Self {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        })
    }
}

fn key() -> Result<KeyPair> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
}

fn parameters(alternatives: Vec<String>, common_name: &str) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(alternatives)?;
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    // The certificate is valid for 30 days, since the verifiers of some platforms refuse
    // certificates that are valid for years. It is valid from yesterday on, since clocks differ.
    let now = SystemTime::now();
    params.not_before = (now - DAY).into();
    params.not_after = (now + 30 * DAY).into();
    Ok(params)
}
