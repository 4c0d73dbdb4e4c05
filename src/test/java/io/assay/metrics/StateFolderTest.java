package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
    @TempDir
    Path folder;

    private Path state;
    private Path name;

    @BeforeEach
    void aRunLeavesStateBehind() throws Exception {
        state = Files.createDirectories(folder.resolve("app/0_3/rocksdb/users")).resolve("000012.sst");
        Files.writeString(state, "rows");
        name = folder.resolve("app/kafka-streams-process-metadata");
        Files.writeString(name, "{}");
    }

    @Test
    void whatAKillLeftIsForgottenButTheNamesAreKept() throws Exception {
        StateFolder.forgetUncleanState(folder, "app");
        assertThat(folder.resolve("app/0_3")).doesNotExist();
        assertThat(name).exists();
    }

    @Test
    void whatACleanEndLeftIsKeptForOneStart() throws Exception {
        StateFolder.keepCleanState(folder, "app");
        StateFolder.forgetUncleanState(folder, "app");
        assertThat(state).exists();
        StateFolder.forgetUncleanState(folder, "app");
        assertThat(state).doesNotExist();
    }

    @Test
    void theEndOfOneGenerationSaysNothingOfAnother() throws Exception {
        StateFolder.keepCleanState(folder, "other");
        StateFolder.forgetUncleanState(folder, "app");
        assertThat(state).doesNotExist();
    }

    @Test
    void whatAGivenUpGenerationLeftGoesAltogether() throws Exception {
        StateFolder.keepCleanState(folder, "app");
        StateFolder.forget(folder, "app");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aDiskWithoutRoomIsAProblem() {
        assertThat(StateFolder.problem(folder)).isEmpty();
        assertThat(StateFolder.problem(folder.resolve("on-no-disk"))).contains("is full (0 MB");
    }

    @Test
    void aFirstStartHasNothingToForget() throws Exception {
        StateFolder.forgetUncleanState(folder, "other");
        assertThat(state).exists();
    }
}
