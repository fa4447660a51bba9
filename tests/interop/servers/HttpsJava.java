// An HTTPS server by the JDK's own classes; its settings are a JSON file, read for the few words that it needs.
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

public class HttpsJava {
    static String settings;

    static String setting(String name) {
        Matcher m = Pattern.compile("\"" + name + "\": \"?([^\",}]*)").matcher(settings);
        return m.find() ? m.group(1) : null;
    }

    /* What frameworks on plain sockets do, which send the alert of a handshake that fails: HttpsServer just closes. */
    static void serveBare(SSLContext context, int port) throws Exception {
        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
        server.bind(new InetSocketAddress("127.0.0.1", port));
        while (true) {
            SSLSocket peer = (SSLSocket) server.accept();
            new Thread(() -> {
                try (peer) {
                    peer.startHandshake();
                } catch (IOException e) {
                    /* the client has heard of it */
                }
            }).start();
        }
    }

    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        settings = Files.readString(file);
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        Path bundle = file.resolveSibling("leaf.p12");
        if (Files.exists(bundle)) {
            try (InputStream in = Files.newInputStream(bundle)) {
                store.load(in, password);
            }
        } else {
            store.load(null, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        int port = Integer.parseInt(setting("port"));
        if (setting("bare") != null) serveBare(context, port);
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", port), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = context.getDefaultSSLParameters();
                if (setting("protocols") != null) ssl.setProtocols(setting("protocols").split(" "));
                if (setting("suites") != null) ssl.setCipherSuites(setting("suites").split(" "));
                if (setting("alpn") != null) ssl.setApplicationProtocols(setting("alpn").split(" "));
                if (setting("name") != null) ssl.setSNIMatchers(List.of(SNIHostName.createSNIMatcher(setting("name"))));
                parameters.setSSLParameters(ssl);
            }
        });
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
    }
}
