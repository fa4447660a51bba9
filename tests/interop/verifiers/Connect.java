import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Connects to each port of a server on loopback as an HTTPS client of Java does. A line out for each: port, verdict, reason. */
public class Connect {
    private static SSLContext trusting(Path root) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(root)) {
            store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static void connect(SSLContext context, String host, int port) throws Exception {
        Socket plain = new Socket("127.0.0.1", port);
        plain.setSoTimeout(20000);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
        }
    }

    public static void main(String[] args) throws Exception {
        SSLContext context = trusting(Path.of(args[0]));
        for (int i = 2; i < args.length; i++) {
            String verdict = "accepted", reason = "";
            try {
                connect(context, args[1], Integer.parseInt(args[i]));
            } catch (Exception e) {
                verdict = "rejected";
                reason = String.valueOf(e.getMessage()).replace('\n', ' ');
            }
            System.out.println(args[i] + "\t" + verdict + "\t" + reason);
        }
    }
}
