package dev.vl3mesh.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What we write by hand is read back by Bouncy Castle, which did not write it.
class CertificateRequestTest {
    private static final int OCTET_STRING = 4;

    @Test
    void aRequestIsWhatTheRfcSays() throws Exception {
        CertificateRequest request = CertificateRequest.make(new SecureRandom());
        PKCS10CertificationRequest read = new PKCS10CertificationRequest(request.der());
        assertThat(read.getSubject()).hasToString("O=vl3mesh");
        assertThat(read.getAttributes()).isEmpty();
        assertThat(read.getEncoded()).as("is DER already").isEqualTo(request.der());
    }

    @Test
    void eachIsSignedByItsOwnKey() {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 50; i++) { // a signature's numbers are shorter now and then
            CertificateRequest request = CertificateRequest.make(random);
            assertThat(SignedRequest.verified(request.der()))
                    .isEqualTo(request.keys().getPublic());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 255, 256, 65_535, 65_536})
    void lengthsAreThoseOfDer(int length) throws Exception {
        byte[] content = new byte[length];
        ASN1Primitive read = ASN1Primitive.fromByteArray(Der.value(OCTET_STRING, content));
        assertThat(((ASN1OctetString) read).getOctets()).isEqualTo(content);
        assertThat(read.getEncoded("DER")).isEqualTo(Der.value(OCTET_STRING, content));
    }
}
