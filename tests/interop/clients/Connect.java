/* What a Java program does that opens an HTTPS connection. Connect HOST PORT NAME ROOTS.pem: one line, "ok" or what went wrong. A
 * ROOTS of "-" trusts what the JDK trusts. */
import java.io.FileInputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Connect {
    static SSLContext context(String roots) throws Exception {
        if (roots.equals("-")) return SSLContext.getDefault();
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int n = 0;
        for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(new FileInputStream(roots)))
            store.setCertificateEntry("root" + n++, c);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    static void connect(String host, int port, String name, SSLContext context) throws Exception {
        Socket plain = new Socket();
        plain.connect(new InetSocketAddress(host, port), 5000);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true);
        socket.setSoTimeout(5000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        socket.close();
    }

    /* The arguments may stand four by four: one process for many ports. */
    public static void main(String[] args) throws Exception {
        for (int i = 0; i + 3 < args.length; i += 4) {
            try {
                connect(args[i], Integer.parseInt(args[i + 1]), args[i + 2], context(args[i + 3]));
                System.out.println("ok");
            } catch (java.io.IOException e) {
                System.out.println(String.valueOf(e.getMessage()).replace('\n', ' '));
            }
        }
    }
}
