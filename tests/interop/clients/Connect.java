/* What a Java program does that opens an HTTPS connection. Connect HOST PORT NAME ROOTS.pem ...: a line for each four arguments, in
 * their order: "ok", what went wrong, or "ok, then" what went wrong once TLS stood. A ROOTS of "-" trusts what the JDK trusts. */
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Connect {
    static final int AT_ONCE = 8;
    static final int LIMIT_MS = (int) (1000 * Double.parseDouble(System.getenv().getOrDefault("LIMIT_S", "5")));

    /* A socket's own limit begins anew with each byte that comes. */
    static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor();

    static void closeLate(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            /* it is closed already */
        }
    }

    static SSLContext context(String roots) throws Exception {
        if (roots.equals("-")) return SSLContext.getDefault();
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int n = 0;
        try (FileInputStream file = new FileInputStream(roots)) {
            for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(file))
                store.setCertificateEntry("root" + n++, c);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    static String said(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (Throwable t = e; t != null; t = t.getCause()) text.append(text.length() > 0 ? ": " : "").append(t);
        return text.toString().replace('\n', ' ');
    }

    static void ask(SSLSocket socket, String name) throws IOException {
        socket.getOutputStream().write(("HEAD / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n").getBytes("US-ASCII"));
        socket.getInputStream().read();
    }

    static String connect(String host, int port, String name, String roots) {
        String stands = "";
        long until = System.nanoTime() + LIMIT_MS * 1000000L;
        try (Socket plain = new Socket()) {
            SSLContext context = context(roots);
            CLOCK.schedule(() -> closeLate(plain), LIMIT_MS, TimeUnit.MILLISECONDS);
            plain.connect(new InetSocketAddress(host, port), LIMIT_MS);
            plain.setSoTimeout(LIMIT_MS);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            stands = "ok, then ";
            ask(socket, name);
            return "ok";
        } catch (Exception e) {
            return stands + (System.nanoTime() > until ? "timed out: " : "") + said(e);
        }
    }

    public static void main(String[] args) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i + 3 < args.length; i += 4) {
            String host = args[i], name = args[i + 2], roots = args[i + 3];
            int port = Integer.parseInt(args[i + 1]);
            answers.add(pool.submit(() -> connect(host, port, name, roots)));
        }
        for (Future<String> answer : answers) System.out.println(answer.get());
        pool.shutdown();
        CLOCK.shutdownNow();
    }
}
