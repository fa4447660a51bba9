import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import sun.security.util.HostnameChecker;

/**
 * Judges the chains of differential.py as a Java client does: its trust manager, and the check of names that HttpsURLConnection asks for.
 *
 * <p>A line in: id, host, chain and roots as base64 lists, key file; a line out: id, verdict, reason.
 */
public class Verify {
    static X509Certificate[] read(String list) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> out = new ArrayList<>();
        for (String text : list.split(",")) {
            if (!text.isEmpty()) {
                byte[] der = Base64.getDecoder().decode(text);
                out.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        }
        return out.toArray(new X509Certificate[0]);
    }

    static void verify(String host, String chainText, String rootsText) throws Exception {
        X509Certificate[] chain = read(chainText);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int n = 0;
        for (X509Certificate root : read(rootsText)) {
            store.setCertificateEntry("root" + n++, root);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        String key = chain[0].getPublicKey().getAlgorithm();
        String auth = key.startsWith("RSA") ? "ECDHE_RSA" : "ECDHE_ECDSA";
        ((X509TrustManager) factory.getTrustManagers()[0]).checkServerTrusted(chain, auth);
        HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(host, chain[0]);
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] f = line.split("\t", -1);
            try {
                verify(f[1], f[2], f[3]);
                System.out.println(f[0] + "\taccept\t");
            } catch (Exception | LinkageError e) {
                String why = (e + (e.getCause() == null ? "" : " / " + e.getCause())).replaceAll("[\\t\\r\\n]", " ");
                System.out.println(f[0] + "\treject\t" + why);
            }
        }
    }
}
