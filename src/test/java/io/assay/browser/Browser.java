package io.assay.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A Chromium without a window, with a profile of its own. A tab is a session: {@code sessionStorage} is its own,
 * {@code localStorage} is shared by all tabs of an origin.
 */
public final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    /** Kept, for a logger that nobody holds forgets its level. It would only say that it doesn't know this Chromium. */
    private static final Logger LOGGER = Logger.getLogger("org.openqa.selenium");

    static {
        LOGGER.setLevel(Level.SEVERE);
    }

    private final Path profile;
    private final ChromeDriverService service;
    private final ChromeDriver driver;

    private Browser(Path profile) {
        this.profile = profile;
        service = new ChromeDriverService.Builder()
                .usingDriverExecutable(executable("chromedriver").toFile())
                .usingAnyFreePort()
                .withSilent(true)
                .build();
        driver = new ChromeDriver(service, options(profile));
        driver.manage().timeouts().pageLoadTimeout(PATIENCE).scriptTimeout(PATIENCE);
    }

    /** Opens one. */
    public static Browser open() {
        try {
            Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
            return new Browser(Files.createTempDirectory(target, "chromium-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ChromeOptions options(Path profile) {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(executable("chromium").toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--window-size=800,600",
                "--user-data-dir=" + profile);
        options.setCapability("goog:loggingPrefs", logs);
        return options;
    }

    private static Path executable(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " is not there: bin/assay test gets it"));
    }

    /** Goes to an address in this tab. */
    public Browser visit(String url) {
        driver.get(url);
        return this;
    }

    /** Goes to an address in a new tab, which is a new session; answers the tab. */
    public String visitInNewTab(String url) {
        driver.switchTo().newWindow(WindowType.TAB);
        driver.get(url);
        return driver.getWindowHandle();
    }

    /** Asks the first frame of the page from now on, until something is visited. */
    public void enterFrame() {
        driver.switchTo().frame(0);
    }

    /** The tab that is asked. */
    public String tab() {
        return driver.getWindowHandle();
    }

    /** Asks another tab from now on. */
    public void switchTo(String tab) {
        driver.switchTo().window(tab);
    }

    /** Closes this tab, as its user does, and asks the given one. */
    public void closeTab(String next) {
        driver.close();
        switchTo(next);
    }

    /** Closes all tabs but one, which shows nothing, and forgets what they said. */
    public void closeTabs() {
        List<String> tabs = List.copyOf(driver.getWindowHandles());
        for (String tab : tabs.subList(1, tabs.size())) {
            driver.switchTo().window(tab).close();
        }
        driver.switchTo().window(tabs.get(0)).get("about:blank");
        console();
    }

    /** The value of an expression in the page, null if it has none; what it promises is awaited. */
    @SuppressWarnings("unchecked")
    public <T> T ask(String expression, Object... arguments) {
        Map<String, Object> answer = (Map<String, Object>) driver.executeAsyncScript(
                """
                const done = arguments[arguments.length - 1];
                Promise.resolve().then(() => (%s)).then(value => done({value: value === undefined ? null : value}),
                    e => done({error: String(e && e.stack || e)}));"""
                        .formatted(expression),
                arguments);
        if (answer.get("error") != null) {
            throw new AssertionError(expression + ": " + answer.get("error"));
        }
        return (T) answer.get("value");
    }

    /** A command of the browser's own protocol. */
    public Map<String, Object> command(String name, Map<String, Object> parameters) {
        return driver.executeCdpCommand(name, parameters);
    }

    /** What the pages of this tab said on the console since the last call, errors of the network included. */
    public List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(entry -> entry.getLevel() + " " + entry.getMessage())
                .toList();
    }

    /** What was not caught: the console's errors but those of requests that failed. */
    public List<String> uncaught() {
        return console().stream()
                .filter(line -> line.contains("Uncaught") || line.contains("Unhandled"))
                .toList();
    }

    /** Keeps a picture of the page under target/screenshots. */
    public Path screenshot(String name) {
        try {
            Path folder = Files.createDirectories(Path.of("target/screenshots"));
            Path taken = driver.getScreenshotAs(OutputType.FILE).toPath();
            return Files.move(taken, folder.resolve(name + ".png"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the browser and its driver, and deletes the profile. */
    @Override
    public void close() {
        try {
            driver.quit();
        } finally {
            service.stop();
            ProcessHandle.allProcesses().filter(this::isOurs).forEach(ProcessHandle::destroyForcibly);
            deleteProfile();
        }
    }

    private boolean isOurs(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(profile.toString());
    }

    /** What a process that is just ending still writes may stay; a later {@code mvn clean} has it. */
    private void deleteProfile() {
        try (Stream<Path> all = Files.walk(profile)) {
            all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(file -> file.delete());
        } catch (IOException | UncheckedIOException e) {
            profile.toFile().deleteOnExit();
        }
    }
}
